"""One engine of the tests, as phones and tests know it: its addresses, its people, what it wrote.

It lies in a folder of its own, listens on free ports, and has the flows of `house`. Two ways to run
one: `Server`, a process of its own, and `Inline`, within the tests.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.rig import fresh_database
from tests.rig.free_ports import free_ports
from tests.rig.house import FLOWS, PROMPT_SECONDS, TOKEN
from tests.rig.patience import NEVER_BEHIND_SECONDS, PATIENCE_SECONDS, until
from tests.rig.phone import Phone
from tests.rig.tones import tone, write_wav

HOST = "127.0.0.1"
PASSWORD = "open-sesame"  # everybody's; SIPp and baresip take none with a space in it
Table = Mapping[str, object]
Row = Mapping[str, Any]


class Site:
    """`sections` as in the configuration file, over what the tests want by default. With a section
    `tls` it listens on `tls_port` too.
    """

    def __init__(
        self, folder: Path, *, agents: Sequence[str] = ("agent1", "agent2"), **sections: Table
    ) -> None:
        self.folder = folder
        self.sip_port, self.tls_port, self.web_port = free_ports(3)
        self.config = folder / "earshot.toml"
        self._agents, self._sections = agents, sections

    @property
    def address(self) -> str:
        return f"{HOST}:{self.sip_port}"

    @property
    def registrar(self) -> str:
        return f"sip:{self.address}"

    def reached_by(self, transport: str) -> str:
        """`host:port` for phones that speak it."""
        return f"{HOST}:{self.tls_port}" if transport == "tls" else self.address

    def phone(self, username: str, host: str = HOST) -> Phone:
        """A phone that knows the password of whoever it is."""
        return Phone(username, PASSWORD, (HOST, self.sip_port), host)

    def write_files(self) -> None:
        """Its configuration, flows and prompt."""
        prompts = self.folder / "prompts"
        prompts.mkdir(exist_ok=True)
        write_wav(prompts / "short.wav", tone(440, PROMPT_SECONDS))
        fresh_database.put_into(self.folder)
        for number, document in FLOWS.items():
            (self.folder / f"{number}.json").write_text(json.dumps(document))
        self.config.touch(mode=0o600)  # it holds secrets
        self.config.write_text(toml(self._settings()))

    def contacts(self) -> list[Row]:
        return self._rows("SELECT * FROM contacts ORDER BY initiation")

    def recordings(self) -> list[Row]:
        """Each with the agent who was heard in it."""
        return self._rows(
            "SELECT recordings.*, agent FROM recordings JOIN contacts USING (contact_id)"
            " ORDER BY start"
        )

    async def recorded(self, count: int = 1, within: float = PATIENCE_SECONDS) -> list[Row]:
        """The recordings, once there are `count` of them and none runs any more."""

        def done() -> list[Row]:
            rows = self.recordings()
            over = len(rows) == count and all(row["status"] != "RECORDING" for row in rows)
            return rows if over else []

        return await until(done, within)

    def _rows(self, query: str) -> list[Row]:
        with closing(sqlite3.connect(self.folder / "earshot.sqlite")) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query)]

    def _settings(self) -> dict[str, Any]:
        given: dict[str, Any] = {
            "sip": {"port": self.sip_port, "overload_seconds": NEVER_BEHIND_SECONDS},
            "web": {"port": self.web_port, "token": TOKEN},
            "login": {"admin": ""},
            "recording": {"directory": "recordings"},
            "prompts": {"directory": "prompts"},
            "database": {"url": f"sqlite+aiosqlite:///{self.folder}/earshot.sqlite"},
            "routing": {"drain_seconds": 0.5},
        }
        if "tls" in self._sections:
            given["sip"]["listeners"] = [f"tls:{HOST}:{self.tls_port}"]
        for name, section in self._sections.items():
            given[name] = {**given.get(name, {}), **section}
        given["queues"] = [{"name": "support"}]
        given["agents"] = [
            {"username": name, "password": PASSWORD, "queues": ["support"]} for name in self._agents
        ]
        given["numbers"] = [{"number": number, "flow": f"{number}.json"} for number in FLOWS]
        return given


def utc_seconds(stored: str) -> float:
    """A moment as SQLite has it, on the wall clock."""
    return datetime.fromisoformat(stored).replace(tzinfo=UTC).timestamp()


def toml(document: Mapping[str, Table | Sequence[Table]]) -> str:
    """Tables of strings, numbers and lists of them: for these TOML and JSON write the same."""
    return "\n".join(
        line
        for name, content in document.items()
        for line in (
            _table(f"[{name}]", content)
            if isinstance(content, Mapping)
            else (line for one in content for line in _table(f"[[{name}]]", one))
        )
    )


def _table(head: str, content: Table) -> Iterable[str]:
    return [head, *(f"{key} = {json.dumps(value)}" for key, value in content.items())]
