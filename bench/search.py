"""What the first page of a contact search costs, by what is searched for, on both databases.

    python -m bench.search --json [--contacts 5000000] [--only sqlite]

Contacts of two years are made, evenly spread; each search covers the longest range that there is,
eight weeks, and asks for the first page of 100 and the count that comes with it. The figures:

contacts               how many there are
first_page_cpu_ms      for each database and filter, the median of RUNS: CPU of this process, and of
                       the server process that answered it
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text

from engine.contact_search import MAX_RANGE, Search, search
from engine.records import Records
from engine.schema import upgrade
from tests.rig.postgres import postgres

RUNS, PAGE = 5, 100
CACHE_KIB = 4_000_000  # while SQLite is filled: indexes grow everywhere at once
END = datetime(2026, 11, 1, tzinfo=UTC)
YEARS_SECONDS = 2 * 365 * 86_400
FILTERS: Mapping[str, Mapping[str, Any]] = {
    "time": {},
    "oldest_first": {"descending": False},
    "disconnect_time": {"time": "DISCONNECT_TIMESTAMP", "order": "DISCONNECT_TIMESTAMP"},
    "agent": {"agents": ("agent7",)},
    "hierarchy": {"groups": (("level_one", ("group1",)),)},
    "rare_hierarchy": {"groups": (("level_two", ("group1100",)),)},
    "number": {"customers": ("+15550000000042",)},
    "number_suffix": {"customer_suffix": "0042"},
    "queue": {"queues": ("queue3",)},
    "channel": {"channels": ("VOICE",)},
    "rare_channel": {"channels": ("CHAT",)},
    "initiation_method": {"initiation_methods": ("OUTBOUND",)},
    "disconnect_reason": {"disconnect_reasons": ("TELECOM_PROBLEM",)},
    "attribute": {"attributes": {"tier": ("gold",)}},
    "rare_attribute": {"attributes": {"order": ("order-42",)}},
}
CONTACTS = """
INSERT INTO contacts (contact_id, initial_contact_id, channel, initiation_method,
    customer_endpoint, system_endpoint, queue, agent, agents, attributes, recorded, signalling,
    initiation, connected_to_agent, disconnect, disconnect_reason, last_update, last_digits,
    level_one, level_two)
SELECT {id}, {id}, CASE WHEN n % 2003 = 0 THEN 'CHAT' ELSE 'VOICE' END,
    CASE WHEN n % 11 = 0 THEN 'OUTBOUND' ELSE 'INBOUND' END, {number}, 'support',
    'queue' || (n % 50), 'agent' || (n % 1009), '[]', '{{}}', '[]', '{{}}', {at}, {at}, {at},
    CASE WHEN n % 997 = 0 THEN 'TELECOM_PROBLEM' ELSE 'CUSTOMER_DISCONNECT' END, {at},
    substr({number}, 12),
    'group' || (n % 3), 'group' || (n % 3) || (n % 1201)
FROM ({numbers}) AS given
"""
ATTRIBUTES = """
INSERT INTO contact_attributes (contact_id, name, value, initiation)
SELECT {id}, 'tier', CASE WHEN n % 10 = 0 THEN 'gold' ELSE 'none' END, {at}
FROM ({numbers}) AS given
UNION ALL SELECT {id}, 'order', 'order-' || (n % 4003), {at} FROM ({numbers}) AS given
"""
FRAGMENTS: Mapping[str, Mapping[str, str]] = {
    "sqlite": {
        "numbers": "WITH RECURSIVE counted(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted"
        " WHERE n < {last}) SELECT n FROM counted",
        "at": "strftime('%Y-%m-%d %H:%M:%S', {begin} + n * {step}, 'unixepoch') || '.000000'",
        "id": "printf('%08x-0000-4000-8000-%012x', (n * 2654435761) % 4294967296, n)",
        "number": "printf('+1555%010d', n % 4001)",
    },
    "postgresql": {
        "numbers": "SELECT n::bigint FROM generate_series(0, {last}) AS made(n)",
        "at": "to_timestamp({begin} + n * {step})",
        "id": "lpad(to_hex((n * 2654435761) % 4294967296), 8, '0') || '-0000-4000-8000-'"
        " || lpad(to_hex(n), 12, '0')",
        "number": "'+1555' || lpad((n % 4001)::text, 10, '0')",
    },
}


def fill(url: str, contacts: int) -> None:
    """Tables, contacts and what the planner wants to know of them."""
    engine = create_engine(url)
    with engine.begin() as connection:
        upgrade(connection)
    with engine.begin() as connection:
        dialect = connection.dialect.name
        if dialect == "sqlite":
            connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")
        for statement in (CONTACTS, ATTRIBUTES):
            _execute(connection, statement, FRAGMENTS[dialect], contacts)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if dialect == "postgresql" else "ANALYZE"))
    engine.dispose()


def _execute(
    connection: Connection, statement: str, fragments: Mapping[str, str], contacts: int
) -> None:
    begin = int(END.timestamp()) - YEARS_SECONDS
    figures = {"last": contacts - 1, "begin": begin, "step": f"{YEARS_SECONDS / contacts:f}"}
    filled = {name: fragment.format(**figures) for name, fragment in fragments.items()}
    connection.execute(text(statement.format(**filled).replace(":", "\\:")))


async def measure(url: str, server_cpu_ms: Callable[[], float]) -> dict[str, float]:
    """Milliseconds of CPU of the first page, by filter."""
    records = Records(url)
    try:
        return {
            name: await _first_page(records, changes, server_cpu_ms)
            for name, changes in FILTERS.items()
        }
    finally:
        await records.close()


async def _first_page(
    records: Records, changes: Mapping[str, Any], server_cpu_ms: Callable[[], float]
) -> float:
    given = {"time": "INITIATION_TIMESTAMP", "start": END - MAX_RANGE, "end": END}
    wanted = Search(**{**given, **changes})
    figures = []
    for _ in range(RUNS):
        before = time.process_time() * 1e3 + server_cpu_ms()
        found = await search(records, wanted, PAGE)
        figures.append(time.process_time() * 1e3 + server_cpu_ms() - before)
        assert found.contacts, f"nothing was found by {changes}"
    return round(statistics.median(figures), 2)


def cpu_ms_of(folder: Path) -> float:
    """Of all processes of a PostgreSQL server, from the scheduler's own count of nanoseconds."""
    main = (folder / "data" / "postmaster.pid").read_text().split()[0]
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    total = 0
    for process in children:
        try:
            total += int(Path(f"/proc/{process}/schedstat").read_text().split()[0])
        except OSError:  # it ended meanwhile
            continue
    return total / 1e6


@contextmanager
def databases(only: str | None) -> Iterator[dict[str, tuple[str, str, Callable[[], float]]]]:
    """URL to fill it by, URL to search it by, and the CPU that its server has used."""
    with tempfile.TemporaryDirectory(prefix="earshot-search-") as folder, postgres() as server:
        file = f"{folder}/contacts.sqlite"
        made: dict[str, tuple[str, str, Callable[[], float]]] = {
            "sqlite": (f"sqlite:///{file}", f"sqlite+aiosqlite:///{file}", lambda: 0.0)
        }
        url = server.fresh()
        made["postgresql"] = (url, url, lambda: cpu_ms_of(server.folder))
        yield {name: each for name, each in made.items() if only in (None, name)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--contacts", type=int, default=5_000_000)
    parser.add_argument("--only", choices=sorted(FRAGMENTS), help="one of the databases")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    report: dict[str, Any] = {"contacts": arguments.contacts, "first_page_cpu_ms": {}}
    with databases(arguments.only) as each:
        for name, (sync, url, server_cpu_ms) in each.items():
            fill(sync, arguments.contacts)
            report["first_page_cpu_ms"][name] = asyncio.run(measure(url, server_cpu_ms))
    if arguments.json:
        print(json.dumps(report))
    else:
        for name, figures in report["first_page_cpu_ms"].items():
            for filtered, cpu_ms in figures.items():
                sys.stdout.write(f"{name:12} {filtered:20} {cpu_ms:8.2f} ms\n")


if __name__ == "__main__":
    main()
