"""What a customer hears when no agent does the talking: prompts and hold music.

One player a contact; starting the next thing ends the one before.
"""

from __future__ import annotations

from engine.live import LiveContact
from mixer import Clip, Farm, Port


class Voice:
    """Plays to customers. Samples are int16 LE, mono, 8 kHz."""

    def __init__(self, mixer: Farm, hold_music: bytes) -> None:
        self._mixer = mixer
        self._hold_music = mixer.load_clip(hold_music)
        self._prompts: dict[Port, tuple[LiveContact, Clip]] = {}  # those that play now

    def prompt(self, live: LiveContact, samples: bytes) -> None:
        """Play once; the mixer says PlayerEnded. Raises MixerFull."""
        self.silence(live)
        clip = self._mixer.load_clip(samples)
        try:
            live.player = self._mixer.open_player(clip, beside=live.customer.rtp.port)
        except Exception:
            clip.close()
            raise
        self._prompts[live.player] = (live, clip)
        self._mixer.route(live.contact_id, live.routes())

    def hold_music(self, live: LiveContact) -> None:
        """Play until silenced. Raises MixerFull."""
        self.silence(live)
        live.player = self._mixer.open_player(
            self._hold_music, beside=live.customer.rtp.port, loop=True
        )
        self._mixer.route(live.contact_id, live.routes())

    def silence(self, live: LiveContact) -> None:
        """End what plays; nothing where nothing does."""
        if live.player is None:
            return
        player, live.player = live.player, None
        self._mixer.route(live.contact_id, live.routes())
        self._mixer.close_port(player)
        if prompt := self._prompts.pop(player, None):
            prompt[1].close()

    def heard_by(self, player: Port) -> LiveContact | None:
        """Whose prompt this is; None when it plays no longer."""
        prompt = self._prompts.get(player)
        return prompt[0] if prompt else None
