import json
import subprocess
import sys
from pathlib import Path

from bench.search import FILTERS, FRAGMENTS

CONTACTS = 60_000  # enough that each filter finds something in eight weeks


def test_every_filter_is_measured_on_both_databases() -> None:
    command = [sys.executable, "-m", "bench.search", "--json", "--contacts", str(CONTACTS)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["contacts"] == CONTACTS
    figures = report["first_page_cpu_ms"]
    assert figures.keys() == FRAGMENTS.keys()
    for each in figures.values():
        assert each.keys() == FILTERS.keys() and min(each.values()) > 0
