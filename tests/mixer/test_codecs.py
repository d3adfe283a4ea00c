"""What SDP may offer is what C can do, and a phone is named by codec and clock rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, replace

import numpy as np
import pytest

from mixer import Mixer, Route, _native
from mixer.codecs import CODECS
from tests.mixer.phone import FRAME, Phone, every_frame
from tests.rig.tones import steady_dbfs, tone

WIDE = 16000  # hertz


def test_python_and_c_have_the_same_table() -> None:
    rows = [astuple(codec) for codec in CODECS]
    assert rows == _native.codec_table()


def test_a_narrow_phone_and_a_wide_one_hear_each_other_each_in_its_own_packets(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    narrow, wide = phone("PCMU"), phone("PCMU")
    one, other = narrow.join(mixer), wide.join(mixer)
    remote = replace(wide.remote(), codec="L16", payload_type=113, receive_payload_type=113)
    mixer.set_remote(other.port, replace(remote, clock_rate=WIDE, ptime_ms=40))
    mixer.route("call", {Route(one.port, other.port), Route(other.port, one.port)})
    said, wide_said = tone(440.0, 1.0), tone(1000.0, 1.0, rate=WIDE)

    def frame(number: int) -> None:
        narrow.send(said[number * FRAME : (number + 1) * FRAME])
        samples = wide_said[number * 2 * FRAME : (number + 1) * 2 * FRAME]
        wide.send_packet(113, samples.astype(">i2").tobytes())
        wide.skip(2 * FRAME)

    every_frame(1.0, frame)
    wide.hear()
    payloads = [packet.payload for packet in wide.heard]
    assert {len(payload) for payload in payloads} == {2 * 2 * 2 * FRAME}  # 40 ms
    heard = np.frombuffer(b"".join(payloads), ">i2").astype(np.int16)
    assert steady_dbfs(heard[WIDE // 4 :], 440.0, WIDE) == pytest.approx(-20, abs=0.5)
    assert steady_dbfs(narrow.samples()[2000:], 1000.0) == pytest.approx(-20, abs=0.5)


@pytest.mark.parametrize(
    "change",
    [
        {"codec": "G729"},
        {"codec": "L16", "clock_rate": 44100},
        {"codec": "opus"},  # at 48000
        {"ptime_ms": 0},
    ],
)
def test_a_codec_that_is_not_there_is_refused(
    mixer: Mixer, phone: Callable[..., Phone], change: dict[str, str | int]
) -> None:
    one = phone()
    port = one.join(mixer).port
    with pytest.raises(ValueError, match="codec"):
        mixer.set_remote(port, replace(one.remote(), **change))  # type: ignore[arg-type]
