"""Browsers on the line: ICE and DTLS in Python, everything that comes often in the media core.

aioice does ICE (RFC 8445, with the consent of RFC 7675), aiortc DTLS and the keys out of it
(RFC 5764) and reads and writes the SDP. Neither ever sees RTP. All browsers share one UDP port:

    door.py         the socket of those whose media the core does not have yet, told apart by the
                    user name of their ICE checks; and of what the core does not want
    ice.py          aioice without a socket of its own
    dtls.py         aiortc's DTLS, which hands out its keys
    description.py  the browser's offer, read and answered: one codec, keys, telephone events
    peer.py         one browser, from its offer to its end

Covered     offers of one audio section with BUNDLE and rtcp-mux, sendrecv, sendonly and recvonly;
            the suites AEAD_AES_256_GCM, AEAD_AES_128_GCM, AES_CM_128_HMAC_SHA1_80; browsers that
            hide their addresses (mDNS candidates): their own checks find the way; ICE restart of a
            browser that has moved, whose leg and keys stay (RFC 8445 §9).
Refused     video, data channels, several audio sections, offers without ICE, fingerprint or a codec
            that the media core speaks.
Left alone  trickled candidates; TURN.

Some private names of aioice and aiortc are used, all in ice.py, dtls.py and peer.py; their versions
are pinned for that.
"""

from engine.webrtc.description import OfferRefused
from engine.webrtc.door import Door
from engine.webrtc.peer import Peer, PeerLost, certificate

__all__ = ["Door", "OfferRefused", "Peer", "PeerLost", "certificate"]
