"""The console, as it was built: files below /console/, for whoever asks; each holds no secret.

Every path that is no file is a page of the console, which is one document; its scripts and styles
are ours alone (Content Security Policy Level 3), and those styles that are made while it runs carry
the nonce of this one load.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

BUILT = Path(__file__).parent / "static"
ROOT = "/console/"
ENTRY = "index.html"
NONCE = "CSP_NONCE"
"""What the build has in the document where the nonce goes."""
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' 'nonce-{NONCE}'",
        "img-src 'self' data:",
        "font-src 'self'",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
DOCUMENT = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
FOR_EVER = "public, max-age=31536000, immutable"
"""For what has the digest of its content in its name."""
MISSING = "The console is not built; `make set-up` builds it\n"


@dataclass(frozen=True, slots=True)
class File:
    content: bytes
    media_type: str
    compressed: bytes | None
    """The same by gzip, where that is worth it."""


class Pages:
    """An ASGI application in front of another, which has all that is not the console's."""

    def __init__(self, app: ASGIApp, folder: Path = BUILT) -> None:
        self._app, self._files = app, files_in(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" and scope["method"] in READS else ""
        if path in ("/", ROOT.rstrip("/")):
            await RedirectResponse(ROOT)(scope, receive, send)
        elif path.startswith(ROOT):
            answer = self._answer(path.removeprefix(ROOT), Headers(scope=scope))
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _answer(self, name: str, headers: Headers) -> Response:
        document = self._files.get(ENTRY)
        if document is None:
            return PlainTextResponse(MISSING, 503)
        file = self._files.get(name)
        if file is None or name == ENTRY:
            is_page = not name.startswith("assets/")
            return page(document) if is_page else PlainTextResponse("There is none\n", 404)
        told = {"X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"}
        told["Cache-Control"] = FOR_EVER if name.startswith("assets/") else "no-cache"
        if file.compressed and "gzip" in headers.get("accept-encoding", ""):
            told["Content-Encoding"] = "gzip"
            return Response(file.compressed, headers=told, media_type=file.media_type)
        return Response(file.content, headers=told, media_type=file.media_type)


READS = frozenset({"GET", "HEAD"})


def page(document: File) -> Response:
    """With a nonce that nobody has seen."""
    nonce = secrets.token_urlsafe(16)
    content = document.content.replace(NONCE.encode(), nonce.encode())
    headers = DOCUMENT | {"Content-Security-Policy": POLICY.replace(NONCE, nonce)}
    return Response(content, headers=headers, media_type=document.media_type)


def files_in(folder: Path) -> Mapping[str, File]:
    """What was built, by its path below the folder; nothing where nothing was."""
    names = {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.startswith(".")
    }
    return {
        name: File(content, guess_type(name)[0] or "text/plain", names.get(f"{name}.gz"))
        for name, content in names.items()
        if not name.endswith(".gz")
    }
