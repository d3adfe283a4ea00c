"""What SDP may offer is what C can do."""

from __future__ import annotations

from dataclasses import astuple

from mixer import _native
from mixer.codecs import CODECS


def test_python_and_c_have_the_same_table() -> None:
    rows = [astuple(codec) for codec in CODECS]
    assert rows == _native.codec_table()
