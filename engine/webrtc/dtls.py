"""DTLS that hands out its keys (RFC 5764): aiortc's, without the SRTP that aiortc would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiortc import RTCDtlsTransport

from mixer import SrtpKeys

EXPORTER: Final = b"EXTRACTOR-dtls_srtp"  # RFC 5764 §4.2
SUITES: Final[Mapping[bytes, str]] = {
    b"SRTP_AEAD_AES_256_GCM": "AEAD_AES_256_GCM",
    b"SRTP_AEAD_AES_128_GCM": "AEAD_AES_128_GCM",
    b"SRTP_AES128_CM_SHA1_80": "AES_CM_128_HMAC_SHA1_80",
}
"""OpenSSL's names, and those of RFC 4568 and RFC 7714."""


class KeyedDtls(RTCDtlsTransport):
    """`keys` are there once it is connected."""

    keys: SrtpKeys | None = None

    def _setup_srtp(self) -> None:
        assert self._ssl, "the handshake is over"
        chosen = self._ssl.get_selected_srtp_profile()
        profile = next((p for p in self._srtp_profiles if p.openssl_profile == chosen), None)
        if profile is None or chosen not in SUITES:
            super()._setup_srtp()  # it fails, as it must without a common suite
            return
        material = self._ssl.export_keying_material(
            EXPORTER, 2 * (profile.key_length + profile.salt_length)
        )
        of_client, of_server = (profile.get_key_and_salt(material, side) for side in (0, 1))
        client = self._role == "client"
        self.keys = SrtpKeys(
            SUITES[chosen],
            send=of_client if client else of_server,
            receive=of_server if client else of_client,
        )
