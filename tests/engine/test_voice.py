from collections.abc import Iterator

import pytest

from config import MediaSettings
from engine.call import State
from engine.line import Party
from engine.live import LiveContact
from engine.voice import Voice
from mixer import Farm
from tests.rig.contacts import live_contact
from tests.rig.tones import tone

SHORT = tone(440, 0.1).tobytes()


@pytest.fixture
def mixer() -> Iterator[Farm]:
    mixer = Farm(MediaSettings(max_ports=16), lambda event: None)
    yield mixer
    mixer.close()


def waiting(mixer: Farm) -> LiveContact:
    live = live_contact(State.WAITING)
    live.customer.rtp = mixer.open_rtp()
    return live


def test_the_next_sound_ends_the_one_before(mixer: Farm) -> None:
    voice, live = Voice(mixer, SHORT), waiting(mixer)
    voice.prompt(live, SHORT)
    prompt = live.player
    assert prompt
    assert voice.heard_by(prompt) == (live, Party.CUSTOMER)
    voice.hold_music(live)
    assert live.player != prompt
    assert voice.heard_by(prompt) is None
    voice.silence(live)
    assert live.player is None


def test_silence_gives_every_port_back(mixer: Farm) -> None:
    voice, live = Voice(mixer, SHORT), waiting(mixer)
    open_before = mixer.totals().ports_open
    for _ in range(5):
        voice.prompt(live, SHORT)
    voice.silence(live)
    voice.silence(live)
    assert mixer.totals().ports_open == open_before


def test_hold_music_ends_for_nobody(mixer: Farm) -> None:
    voice, live = Voice(mixer, SHORT), waiting(mixer)
    voice.hold_music(live)
    assert live.player
    assert voice.heard_by(live.player) is None
