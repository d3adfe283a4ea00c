"""An S3 server that misbehaves as it is told: it stalls, refuses, answers 500, and comes back.

It checks no signature (`s3_server` does) and keeps objects in memory.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

Mood = Enum("Mood", "WELL STALLING REFUSING BROKEN FORGETFUL CUTTING")
"""FORGETFUL says yes and keeps nothing; CUTTING keeps the first half."""


class FaultyStore(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.mood = Mood.WELL
        self.objects: dict[str, bytes] = {}
        self.requests = 0
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: FaultyStore
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._ill():
            name = unquote(self.path)
            if self.headers["If-None-Match"] == "*" and name in self.server.objects:
                self._answer(412)
                return
            if self.server.mood is Mood.CUTTING:
                body = body[: len(body) // 2]
            if self.server.mood is not Mood.FORGETFUL:
                self.server.objects[name] = body
            self._answer(200)

    def do_GET(self) -> None:
        if self._ill():
            return
        content = self.server.objects.get(unquote(self.path))
        if content is None:
            self._answer(404)
        elif wanted := self.headers["Range"]:
            first, last = map(int, wanted.removeprefix("bytes=").split("-"))
            where = f"bytes {first}-{last}/{len(content)}"
            self._answer(206, content[first : last + 1], {"Content-Range": where})
        else:
            self._answer(200, content)

    do_HEAD = do_GET

    def do_DELETE(self) -> None:
        if not self._ill():
            self.server.objects.pop(unquote(self.path), None)
            self._answer(204)

    def _ill(self) -> bool:
        """Whether the request has got what the mood has for it."""
        self.server.requests += 1
        match self.server.mood:
            case Mood.STALLING:
                self.server.over.wait()
                self.close_connection = True
            case Mood.REFUSING:
                self.connection.close()
                self.close_connection = True
            case Mood.BROKEN:
                self._answer(500, b"<Error><Code>InternalError</Code></Error>")
            case _:
                return False
        return True

    def _answer(
        self, status: int, content: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"etag"')
        self.send_header("Last-Modified", "Sun, 22 Nov 2026 12:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@contextmanager
def faulty_store() -> Iterator[FaultyStore]:
    with FaultyStore() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
