"""SIPp runs one scenario of tests/interop and says how its calls went.

    async with Sipp("agent", folder, target=None, calls=1) as agent:
        customer = Sipp("customer", folder, target=agent.address, milliseconds=2000)
        report = await customer.run()
        assert report.ok, report

SIPp 3.6 sends and receives the RTP of all its calls through one socket: what it says reaches each
of them, what it hears is thrown away.
"""

from __future__ import annotations

import asyncio
import csv
import re
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Literal, Self

import soundfile

from tests.rig.child import end_child
from tests.rig.free_ports import free_media_port, free_ports
from tests.rig.patience import PATIENCE_SECONDS
from tests.rig.tones import read_wav, tone

HOST = "127.0.0.1"
RUN_SECONDS = 30.0  # of all calls, unless somebody says otherwise
SCENARIOS = Path(__file__).parents[1] / "interop"
ANSWER = re.compile(r"SIP/2\.0 200 .*?CSeq:[^\n]*INVITE", re.DOTALL)
LOG_CHARACTERS = 4000  # of a log's end, in a report
SAID_HZ, SAID_SECONDS, SAID_DBFS = 440.0, 1.0, -20.0  # when the caller gives nothing to say
TRANSPORTS = {"udp": "u1", "tcp": "t1"}
IDLE = {"udp": "07", "tcp": "0A"}
"""The state in which proc(5) shows a socket that is connected to nobody."""


class SippUnavailable(Exception):
    """SIPp is not installed; the text says what to do."""


class SippError(Exception):
    """SIPp could not start or was not done in time; the text has what it printed."""


@dataclass(frozen=True, slots=True)
class SippReport:
    """The last line of SIPp's statistics."""

    scenario: str
    exit_code: int  # 0 every call went as written, 1 some did not, 253-255 it could not run
    created: int
    successful: int
    failed: int
    retransmissions: int
    failures: Mapping[str, int]  # each reason that occurred, under SIPp's name
    errors: str  # SIPp's error log: what it received and did not expect

    @property
    def ok(self) -> bool:
        return self.exit_code == 0 and self.successful == self.created > 0 and not self.failed


def find_sipp() -> str:
    """Path of the program. Raises SippUnavailable."""
    path = shutil.which("sipp")
    if path is None:
        raise SippUnavailable("SIPp is not installed: apt-get install sip-tester")
    return path


def account(username: str, password: str) -> tuple[str, str]:
    """A line of `users` for register.xml; SIPp wants the whole keyword in the file."""
    return username, f"[authentication username={username} password={password}]"


class Sipp:
    """One run. A scenario that begins with a request it receives listens; `target` is then None.

    scenario      a name in tests/interop, or a file that tests.rig.scenario wrote
    service       user part of the Request-URI
    calls, rate   how many in all, and how many begin in a second
    milliseconds  length of every pause that has none of its own: the scenario says what it times
    host          its own address, on which it listens and from which it sends
    users         lines of the CSV file, each used by one call: [field0], [field1] ...
    keys          values for the scenario's own [keywords]
    proves        what its digests cover in place of `target`: "user@host:port"
    say           mono WAV, 16 bit, 8000 Hz, sent as mu-law; a tone when not given
    """

    def __init__(
        self,
        scenario: str | Path,
        folder: Path,
        *,
        target: str | None,
        service: str = "support",
        calls: int = 1,
        rate: float = 10.0,
        milliseconds: int = 1000,
        port: int | None = None,
        host: str = HOST,
        transport: Literal["udp", "tcp"] = "udp",
        users: Sequence[tuple[str, ...]] = (),
        keys: Mapping[str, str] | None = None,
        proves: str = "",
        say: Path | None = None,
    ) -> None:
        self.host, self.port = host, port or free_ports(1, host)[0]
        file = SCENARIOS / f"{scenario}.xml" if isinstance(scenario, str) else scenario
        self._scenario = file.stem
        self._folder = folder / f"sipp-{file.stem}-{self.port}"
        self._users = users
        self._say = say
        self._listens = target is None
        self._transport = transport
        self._arguments = [
            *([] if target is None else [target]),
            *("-sf", str(file)),
            *("-s", service, "-m", str(calls), "-r", f"{rate:g}", "-d", str(milliseconds)),
            *("-i", host, "-p", str(self.port), "-t", TRANSPORTS[transport]),
            *("-mi", HOST, "-mp", str(free_media_port())),
            *("-inf", "users.csv") * bool(users),
            *("-auth_uri", proves) * bool(proves),
            *(part for key, value in (keys or {}).items() for part in ("-key", key, value)),
            *("-nostdin", "-trace_stat", "-stf", "statistics.csv", "-fd", "1"),
            *("-trace_err", "-error_file", "errors.log"),
            *("-trace_msg", "-message_file", "messages.log"),
        ]
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    async def start(self) -> None:
        """Start the process; one that listens does so when this returns. Raises SippError."""
        program = find_sipp()
        self._write_files()
        with (self._folder / "screen.log").open("wb") as screen:
            self._process = await asyncio.create_subprocess_exec(
                program,
                *self._arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                cwd=self._folder,
            )
        if self._listens:
            await self._until_listening(self._process)

    async def run(self, within: float = RUN_SECONDS) -> SippReport:
        """Start, wait until all calls are over, end."""
        async with self:
            return await self.finished(within)

    async def finished(self, within: float = RUN_SECONDS) -> SippReport:
        """Wait until all calls are over. Raises SippError after `within` seconds."""
        assert self._process, "finished() before start()"
        try:
            exit_code = await asyncio.wait_for(self._process.wait(), within)
        except TimeoutError:
            await end_child(self._process, grace=0.0)
            raise SippError(f"{self._scenario}: not done in {within:g} s; {self._said()}") from None
        return self._report(exit_code)

    def has_seen(self, line: str) -> bool:
        """Whether a message that begins so, or any line of one, went either way."""
        return f"\n{line}" in self._whole("messages.log")

    @property
    def dialog(self) -> str:
        """How a Replaces field (RFC 3891) names the call that was answered, to its other side."""
        answer = ANSWER.search(self._whole("messages.log"))
        assert answer, "nobody has answered"
        head = dict(line.split(":", 1) for line in answer[0].splitlines()[1:])
        to_tag, from_tag = (head[name].partition("tag=")[2].strip() for name in ("From", "To"))
        return f"{head['Call-ID'].strip()};to-tag={to_tag};from-tag={from_tag}"

    async def stop(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            await end_child(self._process, grace=0.1)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _write_files(self) -> None:
        self._folder.mkdir()
        said = read_wav(self._say)[0] if self._say else tone(SAID_HZ, SAID_SECONDS, SAID_DBFS)
        speech = self._folder / "speech.ulaw"
        soundfile.write(speech, said, 8000, format="RAW", subtype="ULAW")
        lines = ["SEQUENTIAL", *(";".join(user) for user in self._users)]
        (self._folder / "users.csv").write_text("\n".join(lines) + "\n")

    async def _until_listening(self, process: asyncio.subprocess.Process) -> None:
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while not listens(self.host, self.port, self._transport):
            if process.returncode is not None or time.monotonic() > give_up_at:
                raise SippError(f"{self._scenario}: could not start; {self._said()}")
            await asyncio.sleep(0.02)

    def _report(self, exit_code: int) -> SippReport:
        try:
            with (self._folder / "statistics.csv").open(newline="") as file:
                *_, last = csv.DictReader(file, delimiter=";")
        except (OSError, ValueError):
            raise SippError(f"{self._scenario}: exit {exit_code}; {self._said()}") from None
        failures = {
            name.removesuffix("(C)"): int(count)
            for name, count in last.items()
            if name.startswith("Failed") and name.endswith("(C)") and int(count)
        }
        failed = failures.pop("FailedCall", 0)
        return SippReport(
            self._scenario,
            exit_code,
            int(last["TotalCallCreated"]),
            int(last["SuccessfulCall(C)"]),
            failed,
            int(last["Retransmissions(C)"]),
            failures,
            self._read("errors.log"),
        )

    def _said(self) -> str:
        return self._read("errors.log") or self._read("screen.log")

    def _read(self, log: str) -> str:
        return self._whole(log)[-LOG_CHARACTERS:].strip()

    def _whole(self, log: str) -> str:
        path = self._folder / log
        return path.read_text(errors="replace") if path.exists() else ""


def listens(host: str, port: int, transport: str) -> bool:
    """Whether a socket of this machine takes what is sent to that IPv4 address (proc(5))."""
    wanted = f"{int.from_bytes(IPv4Address(host).packed, sys.byteorder):08X}:{port:04X}"
    lines = Path(f"/proc/net/{transport}").read_text().splitlines()[1:]
    return any((line.split()[1], line.split()[3]) == (wanted, IDLE[transport]) for line in lines)
