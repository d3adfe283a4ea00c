"""What pjsua2 wants to be told: its settings, files and statuses, as the handset uses them."""

from __future__ import annotations

import os
from typing import Any

import pjsua2 as pj

HOST = "127.0.0.1"


def endpoint_config(settings: dict[str, Any]) -> Any:
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.userAgent = "softphone"
    config.logConfig.filename = settings["log"]
    config.logConfig.level, config.logConfig.consoleLevel = 5, 0
    config.medConfig.clockRate = config.medConfig.sndClockRate = settings["sample_rate"]
    config.medConfig.ecTailLen = 0  # an echo canceller would eat the very tones under test
    config.medConfig.noVad = True  # silence is sent as packets like everything else
    config.medConfig.sndAutoCloseTime = -1  # the bridge's clock also runs between calls
    return config


def account_config(settings: dict[str, Any], port: int) -> Any:
    config = pj.AccountConfig()
    transport = "" if settings["transport"] == "udp" else f";transport={settings['transport']}"
    user, registrar = settings["username"] or settings["name"], settings["registrar"]
    config.idUri = f"sip:{user}@{HOST}:{port}{transport}"
    if registrar:
        config.idUri = f"sip:{user}@{registrar.removeprefix('sip:').partition(';')[0]}"
        config.regConfig.registrarUri = registrar + transport
        config.regConfig.registerOnAdd = False
        config.regConfig.retryIntervalSec = 0  # a refused registration is reported, not repeated
    if settings["password"] is not None:
        credentials = pj.AuthCredInfo("digest", "*", user, 0, settings["password"])
        config.sipConfig.authCreds.append(credentials)
    config.mediaConfig.transportConfig.boundAddress = HOST
    config.mediaConfig.transportConfig.port = 0
    return config


def new_player(path: str, loop: bool) -> Any:
    """A file at its beginning; it moves on only while a call listens to it."""
    player = pj.AudioMediaPlayer()
    player.createPlayer(path, 0 if loop else pj.PJMEDIA_FILE_NO_LOOP)
    return player


def is_complete_wav(path: str) -> bool:
    """Whether the RIFF header counts every byte of the file: it is written last."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8)[4:], "little") + 8
        return size == file.seek(0, os.SEEK_END)


def with_status(status: int) -> Any:
    options = pj.CallOpParam()
    options.statusCode = status
    return options
