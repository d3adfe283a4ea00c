from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from recorder import RecordingError
from recorder.signing import SigningKey, open_key
from recorder.tombstone import Deletion, Tombstone

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DIGEST = "a" * 64


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return open_key(tmp_path)


def stone(key: SigningKey) -> Tombstone:
    deletion = Deletion(name="one", recording=DIGEST, deleted=AT, who="ann", why="asked to")
    return Tombstone.sign(deletion, key.sign)


def test_a_tombstone_says_who_when_and_why_and_comes_back_as_it_was_written(
    key: SigningKey,
) -> None:
    back = Tombstone.parse(stone(key).canonical())
    assert (back.deletion.who, back.deletion.deleted, back.deletion.why) == ("ann", AT, "asked to")
    assert back.faults("one", DIGEST, key.public.accepts) == []


def test_an_altered_one_and_one_of_another_recording_are_found_out(key: SigningKey) -> None:
    text = stone(key).canonical().replace(b"ann", b"bob")
    accepts = key.public.accepts
    assert Tombstone.parse(text).faults("one", DIGEST, accepts) == [
        "the signature of the tombstone is wrong"
    ]
    for name, recording in (("two", DIGEST), ("one", "b" * 64), ("one", None)):
        assert stone(key).faults(name, recording, accepts) == [
            "the tombstone is of another recording"
        ]


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]"])
def test_what_is_no_tombstone_is_an_error(text: bytes) -> None:
    with pytest.raises(RecordingError, match="not a tombstone"):
        Tombstone.parse(text)
