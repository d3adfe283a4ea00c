"""Against a server that checks signatures, and against a folder."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from config.storage import StoreSettings
from recorder import Archive, Facts, RecordingError, Vault, object_store
from recorder.data_key import MasterKey, MasterKeys
from recorder.erasure import erase
from recorder.object_store import Content, ObjectStore, StoreError, Taken
from recorder.playback import in_store
from recorder.upload import key_of, let_go, upload
from tests.recorder.shelf import recorded
from tests.recorder.sources import STARTED, conversation
from tests.rig.faulty_store import Mood, faulty_store
from tests.rig.s3_server import STRANGER, STRANGER_KEY, S3Server, s3_server

KEY = "CallRecordings/2020/03/31/ee0a8fcc-9cf8-4b9c-9fcf-e86ebe989486_20200331T16:20_UTC.wav"
WORDS = bytes(range(256)) * 4000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("swift")) as one:
        yield one


@pytest.fixture(params=["s3", "folder"])
def store(request: pytest.FixtureRequest, server: S3Server, tmp_path: Path) -> ObjectStore:
    if request.param == "folder":
        return ObjectStore(StoreSettings(location=f"file://{tmp_path}/elsewhere"))
    return ObjectStore(server.settings(tmp_path / "credentials", prefix=f"tests/{tmp_path.name}"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "words"
    path.write_bytes(WORDS)
    return path


def test_a_folder_is_made_for_us_and_our_group_only(tmp_path: Path) -> None:
    ObjectStore(StoreSettings(location=f"file://{tmp_path}/elsewhere"))
    assert (tmp_path / "elsewhere").stat().st_mode & 0o007 == 0


async def test_what_was_put_is_there_whole_and_in_pieces(store: ObjectStore, file: Path) -> None:
    await store.create(KEY, file, len(WORDS))
    assert await store.content(KEY) == Content(len(WORDS), sha256(WORDS).hexdigest())
    assert await store.size(KEY) == len(WORDS)
    assert await store.read(KEY, 1000, 1003) == WORDS[1000:1003]
    assert await store.read(KEY, 7, 7) == b""
    assert await store.keys() == [KEY]
    assert store.key(store.url(KEY)) == KEY
    assert store.key("s3://another/" + KEY) is None


async def test_nothing_is_ever_written_over_unless_it_is_replaced(
    store: ObjectStore, file: Path
) -> None:
    await store.create(KEY, file, len(WORDS))
    with pytest.raises(Taken):
        await store.create(KEY, file, len(WORDS))
    await store.replace(KEY, b"other")
    assert await store.content(KEY) == Content(5, sha256(b"other").hexdigest())


async def test_what_is_too_large_for_one_request_goes_in_parts(
    store: ObjectStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_store, "WHOLE_BYTES", 1000)
    await store.create(KEY, file, len(WORDS))
    assert await store.size(KEY) == len(WORDS)
    with pytest.raises(Taken):
        await store.create(KEY, file, len(WORDS))


async def test_what_is_not_there_is_said_and_may_be_removed(store: ObjectStore, file: Path) -> None:
    assert await store.content(KEY) is None
    assert await store.size(KEY) is None
    with pytest.raises(StoreError, match="is not there"):
        await store.read(KEY, 0, 1)
    await store.remove(KEY)
    await store.create(KEY, file, len(WORDS))
    await store.remove(KEY)
    assert await store.size(KEY) is None
    assert await store.keys() == []


@pytest.mark.parametrize(
    ("user", "key"), [("admin", "wrong"), (STRANGER, STRANGER_KEY), ("nobody", "reckey")]
)
async def test_a_wrong_key_and_a_stranger_are_refused(
    server: S3Server, tmp_path: Path, file: Path, user: str, key: str
) -> None:
    store = ObjectStore(server.settings(tmp_path / "credentials", user, key))
    with pytest.raises(StoreError, match="privileges"):
        await store.create(KEY, file, len(WORDS))
    with pytest.raises(StoreError):
        await store.content(KEY)


async def test_credentials_may_come_from_the_environment(
    server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "rec:admin")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "reckey")
    settings = server.settings(tmp_path / "credentials").model_copy(update={"credentials": None})
    assert await ObjectStore(settings).content(KEY) is None


def test_credentials_that_others_may_read_or_that_are_none_are_refused(
    server: S3Server, tmp_path: Path
) -> None:
    settings = server.settings(tmp_path / "credentials")
    (tmp_path / "credentials").chmod(0o644)
    with pytest.raises(RecordingError, match="chmod 600"):
        ObjectStore(settings)
    (tmp_path / "credentials").chmod(0o600)
    (tmp_path / "credentials").write_text("[default]\naws_secret_access_key = hush\n")
    with pytest.raises(RecordingError, match="aws_access_key_id") as error:
        ObjectStore(settings)
    assert "hush" not in str(error.value)
    (tmp_path / "credentials").unlink()
    with pytest.raises(RecordingError, match="credentials"):
        ObjectStore(settings)


async def test_the_bucket_goes_into_the_host_name_where_that_is_wanted(tmp_path: Path) -> None:
    settings = S3Server("http://localhost:9").settings(tmp_path / "credentials")  # nobody is there
    store = ObjectStore(settings.model_copy(update={"addressing": "virtual"}))
    with pytest.raises(StoreError, match=r"http://recordings\.localhost:9/connect/x/Call"):
        await store.replace(KEY, b"words")


@pytest.mark.parametrize("mood", [Mood.STALLING, Mood.REFUSING, Mood.BROKEN])
async def test_a_server_that_is_ill_is_an_error_soon_and_tried_once(
    tmp_path: Path, file: Path, mood: Mood
) -> None:
    with faulty_store() as faulty:
        settings = S3Server(faulty.url).settings(tmp_path / "credentials")
        store = ObjectStore(settings.model_copy(update={"timeout_seconds": 0.3}))
        faulty.mood = mood
        for attempt in (store.create(KEY, file, len(WORDS)), store.content(KEY), store.size(KEY)):
            with pytest.raises(StoreError, match=r"s3://recordings/connect/x/CallRecordings"):
                await attempt
        assert faulty.requests == 3
        faulty.mood = Mood.WELL
        await store.create(KEY, file, len(WORDS))
        assert await store.size(KEY) == len(WORDS)


async def test_an_encrypted_recording_goes_there_is_heard_there_and_is_erased(
    store: ObjectStore, tmp_path: Path
) -> None:
    vault = Vault(MasterKeys((MasterKey(bytes(32)),)))
    archive = Archive(tmp_path, vault)
    finished = recorded(tmp_path, 1, vault=vault)
    archive.seal(finished, Facts(STARTED))
    assert await upload(store, tmp_path, finished.path.stem) == store.url(
        key_of(finished.path.name)
    )
    let_go(finished.path)
    heard = await in_store(store, finished.path, vault)
    assert (await heard.read(0, heard.size))[44:] == conversation(0.5)
    assert len(await store.keys()) == 3
    await erase(archive, store, finished.path.stem, "ann", "asked", STARTED)
    assert sorted(key.rpartition(".")[2] for key in await store.keys()) == ["json", "tombstone"]
