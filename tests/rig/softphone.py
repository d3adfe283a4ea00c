"""An independent phone: pjsua2 in a process of its own, driven from asyncio.

    async with Softphone("customer", folder) as phone:
        await phone.play(greeting)
        await phone.record(folder / "heard.wav")
        await phone.call("sip:support@127.0.0.1:5060")
        await phone.wait_for("connected")

Audio files are mono 16-bit PCM WAV. The phone works at `sample_rate` (8000 or 16000 Hz): what it
records has that rate, what it plays may have either and is resampled. Its events:

    registered unregistered registration_failed   status, reason
    incoming       caller, called                 ringing is answered with 180 by itself
    ringing progress                              status of the 18x the other side sent
    connected      peer                           the ACK has passed
    media          codec, remote                  audio flows, at the start and after a hold
    held           by ("local" or "remote")
    dtmf           digit
    transfer       status, final                  how the call is that the other side makes for us
    recording      path                           the file's first sample is this instant, +-20 ms
    disconnected   status, reason                 the final status; 200 after a BYE
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import Any, Literal

from tests.rig.child import end_child
from tests.rig.patience import PATIENCE_SECONDS
from tests.rig.phone_events import PhoneError, PhoneEvent
from tests.rig.phone_process import PhoneProcess

ROOT = Path(__file__).parents[2]


class SoftphoneUnavailable(PhoneError):
    """pjsua2 cannot be imported here; the text says why and what to do."""


class Softphone(PhoneProcess):
    """One phone, one line, one call at a time, or two while it consults; a second caller hears 486.

    `name` names its files in `folder` (log, standard error) and, without `username`, its SIP user.
    `port` 0 lets the system choose. `registrar` is a SIP URI such as "sip:127.0.0.1:5060".
    `auto_answer` is the seconds to ring before answering, None = only on answer().
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        username: str | None = None,
        password: str | None = None,
        registrar: str | None = None,
        port: int = 0,
        transport: Literal["udp", "tcp", "tls"] = "udp",
        ca_file: Path | None = None,
        sample_rate: Literal[8000, 16000] = 8000,
        codecs: tuple[str, ...] = ("PCMU", "PCMA"),
        auto_answer: float | None = None,
    ) -> None:
        super().__init__(name, log=folder / f"{name}.stderr")
        self.port = port
        self._settings = {
            "name": name,
            "username": username,
            "password": password,
            "registrar": registrar,
            "port": port,
            "transport": transport,
            "ca_file": str(ca_file or ""),
            "sample_rate": sample_rate,
            "codecs": codecs,
            "auto_answer": auto_answer,
            "log": str(folder / f"{name}.log"),
        }

    @property
    def uri(self) -> str:
        """Where to call this phone directly, without a registrar."""
        user = self._settings["username"] or self.name
        return f"sip:{user}@127.0.0.1:{self.port}" + self._transport_parameter

    async def start(self) -> None:
        """Start the process and open its SIP port. Raises SoftphoneUnavailable or PhoneError."""
        with self._log.open("wb") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.rig.handset",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
            )
        await self._write(self._settings)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                self.port = await self._read_port(self._process)
        except BaseException:
            await end_child(self._process, grace=0.0)
            raise
        self._reader = asyncio.create_task(self._read(self._process))

    async def stop(self) -> None:
        """Hang up, unregister, end the process; harmless when it never started or is gone."""
        if self._process is None:
            return
        assert self._process.stdin
        self._process.stdin.close()
        await end_child(self._process, grace=5.0)
        if self._reader is not None:
            await self._reader

    async def register(self, within: float = PATIENCE_SECONDS) -> None:
        """Register and wait for it. Raises PhoneError with the registrar's status and reason."""
        if not self._settings["registrar"]:
            raise PhoneError(f"{self.name}: no registrar was given")
        await self._do("register")
        await self._until_registered(within)

    async def unregister(self, within: float = PATIENCE_SECONDS) -> None:
        await self._do("unregister")
        await self.wait_for("unregistered", within)

    async def call(self, uri: str) -> None:
        """Send the INVITE; what becomes of it are events."""
        parameter = "" if "transport=" in uri else self._transport_parameter
        await self._do("call", uri=uri + parameter)

    async def answer(self) -> None:
        await self._do("answer")

    async def reject(self, status: int = 486) -> None:
        await self._do("reject", status=status)

    async def auto_answer(self, seconds: float | None) -> None:
        """From the next call on: ring that long, then answer; None = only on answer()."""
        await self._do("auto_answer", seconds=seconds)

    async def hang_up(self) -> None:
        """BYE, CANCEL or a refusal, as the state of the call asks for."""
        await self._do("hang_up")

    async def hold(self) -> None:
        await self._do("hold")

    async def unhold(self) -> None:
        await self._do("unhold")

    async def consult(self, uri: str) -> None:
        """Hold the call and call somebody else; the events of both come together."""
        await self._do("consult", uri=uri + self._transport_parameter)

    async def transfer(self, uri: str) -> None:
        """Blindly, by REFER."""
        await self._do("transfer", uri=uri)

    async def join(self) -> None:
        """Transfer the call to whoever is consulted, by REFER with Replaces."""
        await self._do("join")

    async def send_dtmf(self, digits: str) -> None:
        """Send digits as telephone events (RFC 4733)."""
        await self._do("send_dtmf", digits=digits)

    async def send_info(self, digits: str) -> None:
        """The same by SIP INFO."""
        await self._do("send_info", digits=digits)

    async def play(self, path: Path, *, loop: bool = True) -> None:
        """Say this file, from its beginning, now and in each later call once its media is up."""
        await self._do("play", path=str(path), loop=loop)

    async def stop_playing(self) -> None:
        await self._do("stop_playing")

    async def record(self, path: Path) -> None:
        """Write all that is heard, on one clock, from now until stop_recording() or stop().

        Silence is written between calls and on hold: sample n was heard at the `recording`
        event's `at` + n / sample_rate.
        """
        await self._do("record", path=str(path))

    async def stop_recording(self) -> None:
        """Close the file; before this its header is not valid."""
        await self._do("stop_recording")

    @property
    def _transport_parameter(self) -> str:
        transport = self._settings["transport"]
        return "" if transport == "udp" else f";transport={transport}"

    async def _do(self, command: str, **arguments: Any) -> None:
        failed = await self._ask(
            command, lambda number: self._write({"id": number, "do": command, "with": arguments})
        )
        if failed is not None:
            raise PhoneError(f"{self.name}: {command}: {failed}")

    async def _write(self, message: object) -> None:
        assert self._process and self._process.stdin
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        with contextlib.suppress(ConnectionError):  # the reader says what became of the process
            await self._process.stdin.drain()

    async def _read_port(self, process: asyncio.subprocess.Process) -> int:
        assert process.stdout
        line = await process.stdout.readline()
        if not line:
            why = self._log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise PhoneError(f"{self.name}: could not start: {why or 'see its log'}")
        hello = json.loads(line)
        if "unavailable" in hello:
            raise SoftphoneUnavailable(
                f"pjsua2 cannot be imported by Python {sys.version.split()[0]}"
                f" ({hello['unavailable']}). The softphone is the wheel pjsua2-python, built for"
                " Python up to 3.12: make the virtual environment with Python 3.11 or 3.12 and"
                " run: pip install pjsua2-python==2.15.1.post1"
            )
        return int(hello["port"])

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout
        async for line in process.stdout:
            self._take(json.loads(line))
        self._gone()

    def _take(self, message: dict[str, Any]) -> None:
        if "event" in message:
            self.events.add(PhoneEvent(message["event"], message["at"], message["detail"]))
        else:
            self._reply(message["reply"], message["failed"])
