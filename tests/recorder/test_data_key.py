from __future__ import annotations

from base64 import b64encode

import pytest

from recorder import RecordingError
from recorder.data_key import MasterKey, MasterKeys, WrappedKey

OLD, NEW = MasterKey(bytes(32)), MasterKey(bytes(range(32)))
DATA_KEY, NONCE = bytes(range(32, 64)), bytes(12)


def line(key: MasterKey) -> str:
    return b64encode(key.key).decode()


def test_a_data_key_is_wrapped_for_one_recording_and_opened_for_it_only() -> None:
    wrapped = NEW.wrap(DATA_KEY, "one", NONCE)
    back = WrappedKey.parse(wrapped.text())
    assert (back, back.master) == (wrapped, NEW.id)
    assert NEW.unwrap(back, "one") == DATA_KEY
    assert DATA_KEY not in wrapped.text()
    for key, name in ((NEW, "two"), (OLD, "one")):
        with pytest.raises(RecordingError, match="is not what was wrapped"):
            key.unwrap(back, name)
    with pytest.raises(RecordingError, match="is not what was wrapped"):
        NEW.unwrap(back.model_copy(update={"wrapped": "?"}), "one")


def test_the_first_key_wraps_and_all_of_them_unwrap() -> None:
    before = OLD.wrap(DATA_KEY, "one", NONCE)
    keys = MasterKeys.parse(["# new", line(NEW), "", f"  {line(OLD)}  "])
    assert keys.current == NEW
    assert keys.unwrap(before, "one") == DATA_KEY
    with pytest.raises(RecordingError, match=f"wrapped by {OLD.id}, which is not here"):
        MasterKeys((NEW,)).unwrap(before, "one")


@pytest.mark.parametrize("lines", [[], ["# none"], ["c2hvcnQ="], ["?"], [line(NEW) + "A"]])
def test_what_is_no_master_key_is_refused_without_being_shown(lines: list[str]) -> None:
    with pytest.raises(RecordingError, match="master key") as error:
        MasterKeys.parse(lines)
    assert not lines or not lines[0].strip("# ") or lines[0] not in str(error.value)


@pytest.mark.parametrize("text", [b"", b"{}", b'{"version": 2}'])
def test_what_is_no_wrapped_key_is_refused(text: bytes) -> None:
    with pytest.raises(RecordingError, match="not a wrapped key"):
        WrappedKey.parse(text)


def test_a_key_is_not_shown_by_accident() -> None:
    assert "key" not in repr(NEW).lower().replace("masterkey", "")
    assert NEW.id not in line(NEW) and len({NEW.id, OLD.id}) == 2
