"""What SDP may offer is what C can do."""

from __future__ import annotations

from mixer import _native
from mixer.codecs import CODECS


def test_python_and_c_have_the_same_table() -> None:
    rows = [(codec.name, codec.payload_type, codec.clock_rate) for codec in CODECS]
    assert rows == _native.codec_table()
