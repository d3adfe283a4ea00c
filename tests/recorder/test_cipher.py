from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder import RecordingError
from recorder.cipher import (
    CHUNK_BYTES,
    HEADER_BYTES,
    SEALED_BYTES,
    TAG_BYTES,
    Cipher,
    Extent,
    Header,
    Tampered,
    is_encrypted,
    nonce,
)

KEY, SALT = bytes(range(32)), bytes(range(16))
HEADER = Header(SALT, 8000)
TEXT = bytes(range(250)) * 100
LENGTHS = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, len(TEXT)]


def sealed(text: bytes, header: Header = HEADER, key: bytes = KEY) -> bytes:
    cipher = Cipher(key, header)
    chunks = [text[at : at + CHUNK_BYTES] for at in range(0, max(1, len(text)), CHUNK_BYTES)]
    return header.encode() + b"".join(
        cipher.seal(number, chunk, last=number == len(chunks) - 1)
        for number, chunk in enumerate(chunks)
    )


def opened(file: bytes, first: int = 0, end: int | None = None, key: bytes = KEY) -> bytes:
    extent, cipher = Extent(len(file)), Cipher(key, Header.decode(file))
    chunks = extent.chunks_of(first, extent.text_bytes if end is None else end)
    begin, stop = extent.place(chunks)
    return extent.open(cipher, chunks, file[begin:stop])


@pytest.mark.parametrize("length", LENGTHS)
def test_what_was_sealed_is_opened_again(length: int) -> None:
    file = sealed(TEXT[:length])
    assert Extent(len(file)).text_bytes == length
    assert opened(file, 0, max(1, length)) == TEXT[:length]
    assert TEXT[:100] not in file


@settings(deadline=None, max_examples=50)
@given(st.integers(0, len(TEXT) - 1), st.integers(1, len(TEXT)))
def test_any_part_is_read_without_the_rest(first: int, length: int) -> None:
    end = min(first + length, len(TEXT))
    file = sealed(TEXT)
    start = first // CHUNK_BYTES * CHUNK_BYTES
    assert opened(file, first, end)[first - start : end - start] == TEXT[first:end]


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_a_flipped_bit_anywhere_is_found(data: st.DataObject) -> None:
    file = bytearray(sealed(TEXT[: CHUNK_BYTES + 100]))
    at = data.draw(st.integers(0, len(file) - 1))
    file[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(RecordingError):
        opened(bytes(file))


@pytest.mark.parametrize("cut", [1, TAG_BYTES, 100, CHUNK_BYTES, SEALED_BYTES, 2 * SEALED_BYTES])
def test_a_file_that_was_cut_short_is_found(cut: int) -> None:
    file = sealed(TEXT[: 3 * CHUNK_BYTES])
    with pytest.raises(Tampered):
        opened(file[:-cut])
    with pytest.raises(Tampered):
        opened(file[:HEADER_BYTES])


def test_chunks_that_were_exchanged_repeated_or_dropped_are_found() -> None:
    file = sealed(TEXT[: 3 * CHUNK_BYTES])
    front, body = file[:HEADER_BYTES], file[HEADER_BYTES:]
    one, two, three = (body[at * SEALED_BYTES : (at + 1) * SEALED_BYTES] for at in range(3))
    for wrong in (two + one + three, one + one + three, one + three, one + two + three + three):
        with pytest.raises(Tampered):
            opened(front + wrong)


def test_chunks_of_another_file_and_another_key_are_found() -> None:
    mine, other = sealed(TEXT), sealed(TEXT, Header(SALT[::-1], 8000))
    with pytest.raises(Tampered):
        opened(mine[:HEADER_BYTES] + other[HEADER_BYTES:])
    with pytest.raises(Tampered):
        opened(mine, key=KEY[::-1])
    assert mine[HEADER_BYTES:] != other[HEADER_BYTES:]


def test_what_is_not_finished_is_not_taken_for_finished() -> None:
    cipher = Cipher(KEY, HEADER)
    unfinished = HEADER.encode() + cipher.seal(0, TEXT[:100], last=False)
    with pytest.raises(Tampered):
        opened(unfinished)


def test_no_two_chunks_have_the_same_nonce() -> None:
    """One that grows has another with each length: (number, length, last)."""
    seen = {
        nonce(number, length, last)
        for number in (0, 1, 255, 2**40)
        for length in (0, 1, 255, 256, CHUNK_BYTES)
        for last in (False, True)
    }
    assert len(seen) == 4 * 5 * 2 and {len(one) for one in seen} == {12}
    assert all(before != after for before, after in pairwise(sorted(seen)))


def test_a_file_says_that_it_is_encrypted_and_how() -> None:
    file = sealed(b"")
    assert is_encrypted(file) and not is_encrypted(b"RIFF....WAVE")
    assert Header.decode(file) == HEADER
    later = file[:7] + b"\x02" + file[8:]
    for wrong in (b"RIFF" + bytes(100), file[: HEADER_BYTES - 1], later):
        with pytest.raises(RecordingError):
            Header.decode(wrong)
