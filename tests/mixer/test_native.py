"""The C tests of tests/native, without sanitizers (`make check-native` has those); the binding."""

from __future__ import annotations

import gc
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from mixer import _native
from tests.mixer.waiting import await_media_threads, media_threads
from tests.native import sanitize


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("native")
    return {program.name: program for program in sanitize.build(folder, compiler, ["-O1"])}


@pytest.mark.parametrize("name", sanitize.names())
@pytest.mark.timeout(300)  # the first has them all compiled
def test_the_core_passes_its_own_tests(programs: dict[str, Path], name: str) -> None:
    subprocess.run([programs[name]], check=True, timeout=sanitize.SECONDS)


def opened(**changes: int | str) -> _native.Mixer:
    limits: dict[str, int | str] = {
        "host": "127.0.0.1",
        "host6": "::1",
        "dscp": 46,
        "port_min": 32000,
        "port_max": 32099,
        "max_ports": 4,
        "max_routes": 8,
        "silence_timeout_ms": 1000,
        "playout_min_ms": 20,
        "playout_max_ms": 200,
        "recording_delay_ms": 120,
        "late_tick_ms": 10,
        "mask_digits": True,
    }
    return _native.Mixer(**{**limits, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"host": "here"},
        {"port_min": 0},
        {"port_max": 32000},
        {"max_ports": 0},
        {"max_ports": 65537},
        {"max_routes": 0},
        {"playout_min_ms": 10},
        {"playout_max_ms": 401},
        {"playout_min_ms": 100, "playout_max_ms": 60},
        {"recording_delay_ms": 500},
        {"host6": "127.0.0.1"},
        {"dscp": 64},
        {"late_tick_ms": 0},
    ],
)
def test_a_limit_out_of_range_is_refused(change: dict[str, int | str]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        opened(**change)


def test_a_host_that_is_not_ours_cannot_be_bound() -> None:
    mixer = opened(host="192.0.2.1")
    with pytest.raises(ValueError, match="out of range"):
        mixer.open_rtp(False, False)
    mixer.close()


def test_after_closing_every_call_says_so() -> None:
    mixer = opened()
    clip = _native.Clip(b"\0\0")
    mixer.close()
    mixer.close()
    for call in (
        mixer.fileno,
        mixer.next_event,
        mixer.open_tap,
        mixer.totals,
        lambda: mixer.open_rtp(False, False),
        lambda: mixer.open_player(clip, False),
        lambda: mixer.close_port(0, 1),
        lambda: mixer.stats(0, 1),
        lambda: mixer.route((0, 1, 0), (1, 1, 0), 256),
        lambda: mixer.unroute((0, 1, 0), (1, 1, 0)),
        lambda: mixer.tap_read(0, 1, 100),
    ):
        with pytest.raises(_native.MixerClosed):
            call()
    mixer.tap_forget(0, 1)


def test_a_mixer_nobody_closed_ends_its_thread_when_it_is_collected() -> None:
    before = media_threads()
    mixer = opened()
    mixer.open_rtp(False, False)
    assert media_threads() == before + 1
    del mixer
    gc.collect()
    await_media_threads(before)


def test_a_clip_is_whole_samples_and_at_least_one() -> None:
    for samples in (b"", b"\0", b"\0\0\0"):
        with pytest.raises(ValueError, match="int16"):
            _native.Clip(samples)
    clip = _native.Clip(b"\1\0")
    clip.close()
    clip.close()
    mixer = opened()
    with pytest.raises(ValueError, match="closed"):
        mixer.open_player(clip, False)
    mixer.close()


def test_ports_that_never_were_are_gone() -> None:
    mixer = opened()
    for slot, generation in ((0, 1), (3, 0), (4, 1), (2**32 - 1, 1)):
        with pytest.raises(_native.PortGone):
            mixer.close_port(slot, generation)
        with pytest.raises(_native.PortGone):
            mixer.route((slot, generation, 0), (slot, generation, 1), 256)
        assert mixer.tap_read(slot, generation, 10) == (b"", 0, True, [])
    mixer.close()


def test_closing_while_another_thread_reads_a_tap_is_safe() -> None:
    for _ in range(20):
        mixer = opened()
        slot, generation = mixer.open_tap()
        reader = threading.Thread(target=read_until_closed, args=(mixer, slot, generation))
        reader.start()
        mixer.close()
        reader.join(5)
        assert not reader.is_alive()


def read_until_closed(mixer: _native.Mixer, slot: int, generation: int) -> None:
    try:
        while True:
            mixer.tap_read(slot, generation, 8000)
    except _native.MixerClosed:
        return
