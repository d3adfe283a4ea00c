"""What customers and agents hear when nobody does the talking: prompts and hold music.

One player for each of them; starting the next thing ends the one before.
"""

from __future__ import annotations

from engine.line import Party
from engine.live import LiveContact
from mixer import Clip, Farm, Port


class Voice:
    """Plays to the parties of contacts. Samples are int16 LE, mono, 8 kHz."""

    def __init__(self, mixer: Farm, hold_music: bytes) -> None:
        self._mixer = mixer
        self._hold_music = mixer.load_clip(hold_music)
        self._prompts: dict[Port, tuple[LiveContact, Party, Clip]] = {}  # those that play now

    def prompt(self, live: LiveContact, samples: bytes, party: Party = Party.CUSTOMER) -> None:
        """Play once; the mixer says PlayerEnded. Raises MixerFull."""
        self.silence(live, party)
        clip = self._mixer.load_clip(samples)
        try:
            player = self._mixer.open_player(clip, beside=live.customer.port)
        except Exception:
            clip.close()
            raise
        live.heard[party].player = player
        self._prompts[player] = (live, party, clip)
        self._mixer.route(live.contact_id, live.routes())

    def hold_music(self, live: LiveContact) -> None:
        """Play to the customer until silenced. Raises MixerFull."""
        self.silence(live)
        live.heard[Party.CUSTOMER].player = self._mixer.open_player(
            self._hold_music, beside=live.customer.port, loop=True
        )
        self._mixer.route(live.contact_id, live.routes())

    def silence(self, live: LiveContact, party: Party = Party.CUSTOMER) -> None:
        """End what plays; nothing where nothing does."""
        hearing = live.heard[party]
        if hearing.player is None:
            return
        player, hearing.player = hearing.player, None
        self._mixer.route(live.contact_id, live.routes())
        self._mixer.close_port(player)
        if prompt := self._prompts.pop(player, None):
            prompt[-1].close()

    def heard_by(self, player: Port) -> tuple[LiveContact, Party] | None:
        """Whose prompt this is; None when it plays no longer."""
        prompt = self._prompts.get(player)
        return prompt[:2] if prompt else None
