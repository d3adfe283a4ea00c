"""The process behind tests.rig.softphone: one pjsua2 endpoint, one line, one call at a time.

Reads one JSON command a line from stdin, writes replies and events as JSON lines to stdout, and
ends when stdin does, so it never outlives its controller. pjsua2 runs without worker threads for
signalling: every callback comes from libHandleEvents() in the one loop below.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import time
from collections.abc import Callable, Iterator
from typing import Any

try:
    import pjsua2 as pj
except ImportError as error:
    print(json.dumps({"unavailable": str(error)}), flush=True)
    raise SystemExit(3) from None

from tests.rig.pjsua_settings import (
    HOST,
    account_config,
    endpoint_config,
    is_complete_wav,
    new_player,
    with_status,
)

POLL_MS = 10
FAREWELL_SECONDS = 0.5  # for BYE, un-REGISTER and their answers before the endpoint closes
RECORDER_SECONDS = 2.0  # the bridge removes a port on its own thread, some 20 ms later
BUSY_HERE = 486
KINDS = {
    "udp": pj.PJSIP_TRANSPORT_UDP,
    "tcp": pj.PJSIP_TRANSPORT_TCP,
    "tls": pj.PJSIP_TRANSPORT_TLS,
}
HELD = {pj.PJSUA_CALL_MEDIA_LOCAL_HOLD: "local", pj.PJSUA_CALL_MEDIA_REMOTE_HOLD: "remote"}

Tell = Callable[..., None]


class Account(pj.Account):  # type: ignore[misc]  # pjsua2 has no type information
    def __init__(self, handset: Handset) -> None:
        super().__init__()
        self._handset = handset

    def onRegState(self, prm: Any) -> None:
        registered = prm.code // 100 == 2 and prm.expiration > 0
        gone = prm.code // 100 == 2 and not registered
        kind = "registered" if registered else "unregistered" if gone else "registration_failed"
        self._handset.tell(kind, status=prm.code, reason=prm.reason)

    def onIncomingCall(self, prm: Any) -> None:
        self._handset.take_incoming(Call(self._handset, prm.callId))


class Call(pj.Call):  # type: ignore[misc]  # pjsua2 has no type information
    def __init__(self, handset: Handset, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(handset.account, call_id)
        self._handset = handset
        self.media_status: int = pj.PJSUA_CALL_MEDIA_NONE

    def onCallState(self, prm: Any) -> None:
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_EARLY and info.role == pj.PJSIP_ROLE_UAC:
            kind = "ringing" if info.lastStatusCode == 180 else "progress"
            self._handset.tell(kind, status=info.lastStatusCode)
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self._handset.tell("connected", peer=info.remoteUri)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._handset.forget(self, info.lastStatusCode, info.lastReason)

    def onCallMediaState(self, prm: Any) -> None:
        info = self.getInfo()  # owns the media it lists: a temporary would leave them dangling
        for media in info.media:
            if media.type == pj.PJMEDIA_TYPE_AUDIO:
                self._handset.media_changed(self, media)

    def onDtmfDigit(self, prm: Any) -> None:
        self._handset.tell("dtmf", digit=prm.digit)

    def onCallTransferStatus(self, prm: Any) -> None:
        self._handset.tell("transfer", status=prm.statusCode, final=prm.finalNotify)


class Handset:
    """The phone itself: what the commands do. A failing command raises; the loop reports it."""

    def __init__(self, tell: Tell, settings: dict[str, Any]) -> None:
        self.tell = tell
        self._settings = settings
        self._call: Call | None = None
        self._consultation: Call | None = None  # the second call, while the first is held
        self._turned_away: list[Call] = []  # refused while busy; pjsua2 needs them until they end
        self._over: list[Call] = []  # ended in a callback of theirs, which needs them to its end
        self._answer_at: float | None = None
        self._auto_answer: float | None = settings["auto_answer"]
        self._playing: tuple[str, bool] | None = None
        self._player: Any = None
        self._anew = False  # the next call hears the file from its beginning
        self._recorder: Any = None
        self._recording = ""
        self._endpoint = pj.Endpoint()
        self._endpoint.libCreate()
        self._endpoint.libInit(endpoint_config(settings))
        self._endpoint.audDevManager().setNullDev()
        self.port = self._open_transport()
        self._endpoint.libStart()
        self._choose_codecs(settings["codecs"])
        self.account = Account(self)
        self.account.create(account_config(settings, self.port), True)

    def poll(self, now: float) -> None:
        self._endpoint.libHandleEvents(POLL_MS)
        self._over.clear()
        if self._answer_at is not None and now >= self._answer_at:
            self.answer()

    # Commands, each under its own name on the wire.

    def register(self) -> None:
        self.account.setRegistration(True)

    def unregister(self) -> None:
        self.account.setRegistration(False)

    def call(self, uri: str) -> None:
        if self._call is not None:
            raise ValueError("already in a call")
        self._call = Call(self)
        try:
            self._call.makeCall(uri, pj.CallOpParam(True))
        except pj.Error:
            self._call = None
            raise

    def consult(self, uri: str) -> None:
        """Hold the call and make another."""
        if self._consultation is not None:
            raise ValueError("already consulting")
        self.hold()
        self._consultation = Call(self)
        self._consultation.makeCall(uri, pj.CallOpParam(True))

    def transfer(self, uri: str) -> None:
        self._current().xfer(uri, pj.CallOpParam(True))

    def join(self) -> None:
        """Transfer the call to the one who is consulted."""
        if self._consultation is None:
            raise ValueError("nobody is consulted")
        self._current().xferReplaces(self._consultation, pj.CallOpParam(True))

    def answer(self) -> None:
        self._answer_at = None
        self._current().answer(with_status(200))

    def reject(self, status: int) -> None:
        self._answer_at = None
        self._current().answer(with_status(status))

    def auto_answer(self, seconds: float | None) -> None:
        self._auto_answer = seconds

    def hang_up(self) -> None:
        self._answer_at = None
        self._current().hangup(pj.CallOpParam())

    def hold(self) -> None:
        self._current().setHold(pj.CallOpParam(True))

    def unhold(self) -> None:
        options = pj.CallOpParam(True)
        options.opt.flag = pj.PJSUA_CALL_UNHOLD
        self._current().reinvite(options)

    def send_dtmf(self, digits: str) -> None:
        self._current().dialDtmf(digits)

    def send_info(self, digits: str) -> None:
        wish = pj.CallSendDtmfParam()
        wish.digits, wish.method = digits, pj.PJSUA_DTMF_METHOD_SIP_INFO
        self._current().sendDtmf(wish)

    def play(self, path: str, loop: bool) -> None:
        self._player, self._playing = new_player(path, loop), (path, loop)
        for line in self._live_audio():
            self._speak(line)

    def stop_playing(self) -> None:
        self._playing, self._player = None, None

    def record(self, path: str) -> None:
        self.stop_recording()
        self._recorder, self._recording = pj.AudioMediaRecorder(), path
        self._recorder.createRecorder(path)
        # The null device is silence on the bridge's clock: the file runs on when nobody is heard.
        self._endpoint.audDevManager().getCaptureDevMedia().startTransmit(self._recorder)
        for line in self._live_audio():
            line.startTransmit(self._recorder)
        self.tell("recording", path=path)

    def stop_recording(self) -> None:
        """Let go of the recorder and wait for the bridge's thread to write the final header."""
        if self._recorder is None:
            return
        self._recorder = None
        give_up_at = time.monotonic() + RECORDER_SECONDS
        while not is_complete_wav(self._recording):
            if time.monotonic() > give_up_at:
                raise ValueError(f"{self._recording} was not completed")
            self._endpoint.libHandleEvents(POLL_MS)

    def close(self) -> None:
        """Say goodbye to the peer and the registrar, wait a little for them, close everything."""
        self._endpoint.hangupAllCalls()
        if self._settings["registrar"] and self.account.getInfo().regIsActive:
            self.unregister()
        leave_at = time.monotonic() + FAREWELL_SECONDS
        while time.monotonic() < leave_at and (self._call or self.account.getInfo().regIsActive):
            self._endpoint.libHandleEvents(POLL_MS)
        self._over.clear()
        self._player = None
        self.stop_recording()
        self.account.shutdown()
        self._endpoint.libDestroy(pj.PJSUA_DESTROY_NO_NETWORK)  # goodbyes were said above

    # What pjsua2 reports.

    def take_incoming(self, call: Call) -> None:
        if self._call is not None:
            self._turned_away.append(call)
            call.answer(with_status(BUSY_HERE))
            return
        self._call = call
        info = call.getInfo()
        self.tell("incoming", caller=info.remoteUri, called=info.localUri)
        call.answer(with_status(180))
        if self._auto_answer is not None:
            self._answer_at = time.monotonic() + self._auto_answer

    def forget(self, call: Call, status: int, reason: str) -> None:
        self._over.append(call)
        if call is self._call:  # a player that reaches its end now must be there when it says so
            self._call, self._answer_at, self._anew = None, None, True
        elif call is self._consultation:
            self._consultation = None
        else:
            self._turned_away.remove(call)
            return
        self.tell("disconnected", status=status, reason=reason)

    def media_changed(self, call: Call, media: Any) -> None:
        changed = media.status != call.media_status  # a re-INVITE may leave it as it was
        call.media_status = media.status
        if changed and media.status in HELD:
            self.tell("held", by=HELD[media.status])
        if media.status not in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD):
            return
        line = call.getAudioMedia(media.index)
        self._speak(line)
        if self._recorder is not None:
            line.startTransmit(self._recorder)
        if changed and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
            stream = call.getStreamInfo(media.index)
            self.tell("media", codec=stream.codecName, remote=stream.remoteRtpAddress)

    # Parts.

    def _current(self) -> Call:
        if self._call is None:
            raise ValueError("no call")
        return self._call

    def _live_audio(self) -> Iterator[Any]:
        if self._call is not None and self._call.hasMedia():
            with contextlib.suppress(pj.Error):  # offered but not up yet: media_changed() comes
                yield self._call.getAudioMedia(-1)

    def _speak(self, line: Any) -> None:
        if self._playing is None:
            return
        if self._player is None:
            self._player = new_player(*self._playing)
        elif self._anew:
            self._player.setPos(0)
        self._anew = False
        self._player.startTransmit(line)

    def _open_transport(self) -> int:
        kind = KINDS[self._settings["transport"]]
        config = pj.TransportConfig()
        config.tlsConfig.CaListFile = self._settings["ca_file"]
        config.tlsConfig.verifyServer = bool(self._settings["ca_file"])
        config.boundAddress, config.port = HOST, self._settings["port"]
        transport = self._endpoint.transportCreate(kind, config)
        name = self._endpoint.transportGetInfo(transport).localName
        return int(name.rpartition(":")[2])

    def _choose_codecs(self, wanted: list[str]) -> None:
        for codec in self._endpoint.codecEnum2():
            name = codec.codecId.partition("/")[0]
            priority = 255 - wanted.index(name) if name in wanted else 0
            self._endpoint.codecSetPriority(codec.codecId, priority)


def carry_out(handset: Handset, command: dict[str, Any]) -> str | None:
    """Do one command; the reason when it failed, else None."""
    try:
        getattr(handset, command["do"])(**command["with"])
    except pj.Error as error:
        return str(error.info())
    except ValueError as error:
        return str(error)
    return None


def read_line(descriptor: int) -> bytes:
    """Up to the first line's end and not a byte further."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(descriptor, 1)):
        line += byte
    return line


def lines_of(descriptor: int) -> Iterator[bytes | None]:
    """Complete lines as they come, None when there is none yet; ends at end of file."""
    pending = b""
    while True:
        if not select.select([descriptor], [], [], 0)[0]:
            yield None
            continue
        chunk = os.read(descriptor, 65536)
        if not chunk:
            return
        *lines, pending = (pending + chunk).split(b"\n")
        yield from lines


def main() -> None:
    wire = os.dup(1)
    os.dup2(2, 1)  # whatever the C library prints goes to the log, not between the JSON lines

    def say(message: dict[str, Any]) -> None:
        os.write(wire, json.dumps(message).encode() + b"\n")

    def tell(kind: str, **detail: Any) -> None:
        say({"event": kind, "at": time.monotonic(), "detail": detail})

    handset = Handset(tell, json.loads(read_line(0)))
    say({"port": handset.port})
    for line in lines_of(0):
        handset.poll(time.monotonic())
        if line is not None:
            command = json.loads(line)
            say({"reply": command["id"], "failed": carry_out(handset, command)})
    handset.close()


if __name__ == "__main__":
    main()
