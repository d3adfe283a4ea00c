"""An independent phone: baresip in a process of its own, driven through its ctrl_tcp module.

Same use as tests.rig.softphone, and the same events as far as baresip tells them:

    registered registration_failed                reason
    incoming       caller                         ringing is answered with 180 by itself
    ringing progress
    connected      peer
    media                                         the first RTP packet of the call came in
    dtmf           digit
    disconnected   status, reason                 status only where the other side refused

What is said is one WAV file (mono, 16 bit, 8000 Hz), given at the start and repeated. What is heard
is written by arrival, packet after packet: nothing is there for packets that never came, nor for
what came after a hold (baresip 1.0 does not resume the file).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shutil
import time
from pathlib import Path
from typing import Any, Literal

import numpy as np

from tests.rig.child import end_child
from tests.rig.free_ports import free_ports
from tests.rig.patience import PATIENCE_SECONDS
from tests.rig.phone_events import PhoneError, PhoneEvent
from tests.rig.phone_process import PhoneProcess
from tests.rig.tones import read_wav, write_wav

HOST = "127.0.0.1"
SAID_SECONDS = 120.0  # the file is repeated up to this; baresip hangs up where it ends
KINDS = {
    "REGISTER_OK": "registered",
    "REGISTER_FAIL": "registration_failed",
    "CALL_INCOMING": "incoming",
    "CALL_RINGING": "ringing",
    "CALL_PROGRESS": "progress",
    "CALL_ESTABLISHED": "connected",
    "CALL_RTPESTAB": "media",
    "CALL_DTMF_START": "dtmf",
    "CALL_CLOSED": "disconnected",
}
FORMATS = {"G722": "G722/16000/1", "opus": "opus/48000/2"}  # else it takes 8000 Hz, one channel
# No sound card: what is heard goes to an unconnected aubridge, and to a file on its way there.
CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:{sip_port}
call_max_calls 1
audio_player aubridge,nowhere
audio_alert aubridge,nowhere
audio_source aufile,{said}
ausrc_srate 8000
ausrc_channels 1
auplay_srate 8000
auplay_channels 1
audio_buffer 20-160
jitter_buffer_delay 1-10
module_path {modules}
module g711.so
module g722.so
module opus.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control_port}
snd_path {folder}
{authority}
ringback_disabled yes
statmode_default off
"""


class BaresipUnavailable(PhoneError):
    """baresip or its modules are not installed; the text says what to do."""


def find_modules() -> Path:
    """Where baresip's modules lie. Raises BaresipUnavailable."""
    for folder in [Path("/usr/lib/baresip/modules"), *Path("/usr/lib").glob("*/baresip/modules")]:
        if shutil.which("baresip") and (folder / "ctrl_tcp.so").exists():
            return folder
    raise BaresipUnavailable("baresip is not installed: apt-get install baresip-core")


class Baresip(PhoneProcess):
    """One phone, one line, one call at a time. Its files, log and recordings lie in folder/name."""

    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        say: Path,
        username: str | None = None,
        password: str | None = None,
        registrar: str | None = None,
        port: int = 0,
        transport: Literal["udp", "tcp", "tls"] = "udp",
        ca_file: Path | None = None,
        codecs: tuple[str, ...] = ("PCMU", "PCMA"),
        auto_answer: float | None = None,
    ) -> None:
        super().__init__(name, log=folder / name / "log")
        free, self._control_port = free_ports(2)
        self.port = port or free
        self._folder = folder / name
        self._say = say
        self._user = username or name
        self._password = password
        self._registrar = registrar
        self._transport = "" if transport == "udp" else f";transport={transport}"
        self._ca_file = ca_file
        self._codecs = codecs
        self._auto_answer = auto_answer
        self._writer: asyncio.StreamWriter | None = None

    @property
    def uri(self) -> str:
        """Where to call this phone directly, without a registrar."""
        return f"sip:{self._user}@{HOST}:{self.port}{self._transport}"

    async def start(self) -> None:
        """Start the process and reach its control port. Raises BaresipUnavailable, PhoneError."""
        modules = find_modules()
        self._folder.mkdir()
        self._write_files(modules)
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *("baresip", "-f", str(self._folder), "-n", HOST),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            reader, self._writer = await self._reach()
        except BaseException:
            await end_child(self._process, grace=0.0)
            raise
        self._reader = asyncio.create_task(self._read(reader))

    async def stop(self) -> None:
        """Hang up, unregister, end the process; harmless when it never started or is gone."""
        if self._process is None or self._writer is None or self._reader is None:
            return
        if not self._reader.done():
            await self._send({"command": "quit"})
        await end_child(self._process, grace=1.0)
        await self._reader
        self._writer.close()

    async def register(self, within: float = PATIENCE_SECONDS) -> None:
        """Register and wait for it. Raises PhoneError with the reason."""
        if not self._registrar:
            raise PhoneError(f"{self.name}: no registrar was given")
        domain = self._registrar.removeprefix("sip:").partition(";")[0]
        await self._do("uanew", self._account(domain) + ";regint=60")
        await self._until_registered(within)

    async def call(self, uri: str) -> None:
        """Send the INVITE; what becomes of it are events."""
        await self._do("dial", uri if "transport=" in uri else uri + self._transport)

    async def answer(self) -> None:
        await self._do("accept")

    async def hang_up(self) -> None:
        """BYE, CANCEL or 486, as the state of the call asks for."""
        await self._do("hangup")

    async def hold(self) -> None:
        await self._do("hold")

    async def unhold(self) -> None:
        await self._do("resume")

    async def transfer(self, uri: str) -> None:
        """Blindly, by REFER."""
        await self._do("transfer", uri)

    async def send_dtmf(self, digits: str) -> None:
        """Send digits as telephone events (RFC 4733)."""
        for digit in digits:
            await self._do("sndcode", digit)
            await asyncio.sleep(0.1)  # how long the key is down
            await self._do("sndcode")

    def heard(self) -> Path:
        """The WAV file of the last call; complete once the call has ended."""
        files = sorted(self._folder.glob("dump-*-dec.wav"))
        if not files:
            raise PhoneError(f"{self.name}: heard nothing yet")
        return files[-1]

    def _write_files(self, modules: Path) -> None:
        samples, rate = read_wav(self._say)
        said = self._folder / "said.wav"
        write_wav(said, np.tile(samples, max(1, round(SAID_SECONDS * rate / len(samples)))), rate)
        ports = {"sip_port": self.port, "control_port": self._control_port}
        authority = f"sip_cafile {self._ca_file}" if self._ca_file else ""
        config = CONFIG.format(
            said=said, folder=self._folder, modules=modules, authority=authority, **ports
        )
        (self._folder / "config").write_text(config)
        direct = "" if self._registrar else self._account(f"{HOST}:{self.port}") + ";regint=0\n"
        (self._folder / "accounts").write_text(direct)

    def _account(self, domain: str) -> str:
        password = "" if self._password is None else f";auth_pass={self._password}"
        codecs = f";audio_codecs={','.join(FORMATS.get(name, name) for name in self._codecs)}"
        return f"<sip:{self._user}@{domain}{self._transport}>{codecs}{password}"

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up_at:
            assert self._process
            if self._process.returncode is not None:
                break
            try:
                return await asyncio.open_connection(HOST, self._control_port)
            except OSError:
                await asyncio.sleep(0.02)
        raise PhoneError(f"{self.name}: could not start; see {self._folder / 'log'}")

    async def _do(self, command: str, parameter: str = "") -> None:
        message = {"command": command, "params": parameter}
        reply = await self._ask(
            command, lambda number: self._send({**message, "token": str(number)})
        )
        if not reply["ok"]:
            raise PhoneError(f"{self.name}: {command}: {reply['data']}")

    async def _send(self, message: dict[str, str]) -> None:
        assert self._writer
        text = json.dumps(message).encode()
        self._writer.write(b"%d:%s," % (len(text), text))  # a netstring
        with contextlib.suppress(ConnectionError):  # the reader says what became of the process
            await self._writer.drain()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                size = int((await reader.readuntil(b":"))[:-1])
                self._take(json.loads(await reader.readexactly(size)))
                await reader.readexactly(1)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._gone()

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("response"):
            self._reply(int(message.get("token", 0)), message)
        elif kind := KINDS.get(message["type"]):
            self.events.add(PhoneEvent(kind, time.monotonic(), _detail(kind, message)))
            if kind == "incoming" and self._auto_answer is not None:
                self._answering = asyncio.create_task(self._answer_after(self._auto_answer))

    async def _answer_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        with contextlib.suppress(PhoneError):  # the caller, or this phone, gave up meanwhile
            await self.answer()


def _detail(kind: str, message: dict[str, Any]) -> dict[str, Any]:
    parameter = message.get("param", "")
    if kind == "disconnected":
        status = re.match(r"[3-6]\d\d\b", parameter)
        return {"status": int(status[0]) if status else None, "reason": parameter}
    key = {"incoming": "caller", "connected": "peer", "dtmf": "digit"}.get(kind)
    if kind == "registration_failed":
        key = "reason"
    return {key: parameter} if key else {}
