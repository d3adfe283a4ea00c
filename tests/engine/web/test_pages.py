import gzip
import re
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse

from engine.web.pages import Pages

DOCUMENT = '<meta nonce="CSP_NONCE"><script src="/console/assets/a-1.js" nonce="CSP_NONCE">'
SCRIPT = b"say('hello')"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(DOCUMENT)
    (tmp_path / "icon.svg").write_text("<svg/>")
    (tmp_path / "assets/a-1.js").write_bytes(SCRIPT)
    (tmp_path / "assets/a-1.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / ".sources").write_text("a digest")
    return tmp_path


def browser(folder: Path) -> httpx.AsyncClient:
    pages = Pages(PlainTextResponse("the API"), folder)
    return httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url="http://engine")


async def test_every_page_is_the_document_with_a_nonce_of_its_own(built: Path) -> None:
    async with browser(built) as asking:
        seen = set()
        for path in ("/console/", "/console/search/contact-1", "/console/index.html"):
            answer = await asking.get(path)
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"] == "no-store"
            policy = answer.headers["Content-Security-Policy"]
            [nonce] = re.findall(r"'nonce-([^']+)'", policy)
            assert answer.text == DOCUMENT.replace("CSP_NONCE", nonce)
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            seen.add(nonce)
        assert len(seen) == 3


async def test_an_asset_is_kept_for_ever_and_compressed_for_whoever_can_read_that(
    built: Path,
) -> None:
    async with browser(built) as asking:
        answer = await asking.get("/console/assets/a-1.js")
        assert (answer.content, answer.headers["Content-Encoding"]) == (SCRIPT, "gzip")
        assert "immutable" in answer.headers["Cache-Control"]
        plain = await asking.get("/console/assets/a-1.js", headers={"Accept-Encoding": "identity"})
        assert (plain.content, "Content-Encoding" in plain.headers) == (SCRIPT, False)
        assert plain.headers["Content-Type"].startswith("text/javascript")
        assert (await asking.get("/console/icon.svg")).headers["Cache-Control"] == "no-cache"


async def test_an_asset_of_another_build_is_missing_and_nothing_else_is_told(built: Path) -> None:
    async with browser(built) as asking:
        assert (await asking.get("/console/assets/a-0.js")).status_code == 404
        for path in ("/console/.sources", "/console/..%2f..%2fpages.py"):
            assert "nonce" in (await asking.get(path)).text


async def test_the_root_leads_to_the_console_and_the_rest_to_the_api(built: Path) -> None:
    async with browser(built) as asking:
        for path in ("/", "/console"):
            assert (await asking.get(path)).headers["Location"] == "/console/"
        assert (await asking.get("/users-summary/earshot")).text == "the API"
        assert (await asking.post("/console/")).text == "the API"


async def test_without_a_build_it_says_how_to_make_one(tmp_path: Path) -> None:
    async with browser(tmp_path) as asking:
        answer = await asking.get("/console/")
        assert (answer.status_code, "make set-up" in answer.text) == (503, True)
        assert (await asking.get("/users-summary/earshot")).text == "the API"
