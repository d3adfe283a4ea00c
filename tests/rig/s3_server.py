"""A real S3 server that checks signatures: OpenStack Swift, with one bucket."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.storage import StoreSettings
from tests.rig.free_ports import free_ports

ACCOUNT, OWNER, OWNER_KEY = "rec", "admin", "reckey"
STRANGER, STRANGER_KEY = "viewer", "viewkey"  # of the same account, and allowed nothing
BUCKET = "recordings"
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class S3Server:
    url: str

    def settings(
        self, credentials: Path, user: str = OWNER, key: str = OWNER_KEY, prefix: str = "connect/x"
    ) -> StoreSettings:
        """Of the bucket there; the credentials are written to that file."""
        credentials.touch(mode=0o600)
        credentials.write_text(
            f"[default]\naws_access_key_id = {ACCOUNT}:{user}\naws_secret_access_key = {key}\n"
        )
        return StoreSettings(
            location=f"s3://{BUCKET}/{prefix}",
            endpoint=self.url,
            addressing="path",
            credentials=credentials,
            timeout_seconds=10.0,
        )


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Its data go to that folder, whose file system must have extended attributes."""
    ports = free_ports(4)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.rig.swift_process", str(folder), *map(str, ports)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        if process.stdout.readline() != "ready\n":
            process.kill()
            raise RuntimeError(f"Swift did not start: {process.communicate()[1]}")
        yield S3Server(f"http://127.0.0.1:{ports[0]}")
    finally:
        process.kill()
        process.communicate(timeout=STOP_SECONDS)
