"""What is skipped where a program is not installed: one mark for each, with its reason."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

from tests.rig.baresip import BaresipUnavailable, find_modules
from tests.rig.kamailio import KamailioUnavailable, find_kamailio


def _lacks_baresip() -> bool:
    try:
        return not find_modules()
    except BaresipUnavailable:
        return True


def _lacks_kamailio() -> bool:
    try:
        return not find_kamailio()
    except KamailioUnavailable:
        return True


MISSING: Final = {
    "SIPp": shutil.which("sipp") is None,
    "baresip": _lacks_baresip(),
    "linphonec": shutil.which("linphonec") is None,
    "pjsua2": find_spec("pjsua2") is None,
    "kamailio": _lacks_kamailio(),
    "espeak-ng": shutil.which("espeak-ng") is None,
    "sipvicious": find_spec("sipvicious") is None,
    "aws": not Path("/usr/bin/aws").exists(),
}


def needs(program: str) -> pytest.MarkDecorator:
    """Skips where this one of MISSING is."""
    return pytest.mark.skipif(MISSING[program], reason=f"{program} is not installed")
