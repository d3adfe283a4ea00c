"""The key that signs manifests (Ed25519, RFC 8032), and the files it lives in.

    <directory>/Keys/signing.key    PEM, PKCS#8, mode 0600; made at the first start
    <directory>/Keys/signing.pub    PEM, SubjectPublicKeyInfo; to be copied to where it is safe

Signatures are 64 bytes, as base64 text.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from recorder.recording import RecordingError

KEY_NAME, PUBLIC_NAME = "signing.key", "signing.pub"
KEY_MODE, FOLDER_MODE = 0o600, 0o750


class PublicKey:
    """Tells whether a signature is of the key's owner."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key

    @classmethod
    def read(cls, path: Path) -> PublicKey:
        """Raises RecordingError when there is no Ed25519 public key."""
        try:
            key = serialization.load_pem_public_key(path.read_bytes())
        except (OSError, ValueError, UnsupportedAlgorithm) as error:
            raise RecordingError(f"no public key in {path}: {error}") from error
        if not isinstance(key, Ed25519PublicKey):
            raise RecordingError(f"no Ed25519 key in {path}")
        return cls(key)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the 32 bytes of the key, hex."""
        return hashlib.sha256(self._key.public_bytes_raw()).hexdigest()

    def pem(self) -> bytes:
        return self._key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def accepts(self, message: bytes, signature: str) -> bool:
        """Only in its one spelling: base64 has spare bits at the end that decode to nothing."""
        try:
            decoded = b64decode(signature, validate=True)
            self._key.verify(decoded, message)
        except (InvalidSignature, NotBase64, ValueError):
            return False
        return b64encode(decoded).decode() == signature


class SigningKey:
    """Signs; `public` is what others need to check it."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key())

    def sign(self, message: bytes) -> str:
        return b64encode(self._key.sign(message)).decode()


def keys(directory: Path) -> Path:
    """The folder of the keys of the recordings there."""
    return directory / "Keys"


def open_key(directory: Path) -> SigningKey:
    """The key of the recordings in that directory, made where there is none yet.

    A lost private key is not replaced: what it signed would look forged. Raises RecordingError.
    """
    folder = keys(directory)
    private, public = folder / KEY_NAME, folder / PUBLIC_NAME
    try:
        folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
        if not private.exists():
            if public.exists():
                raise RecordingError(f"{public} is there, {private} is gone: put it back")
            _create(private)
        key = SigningKey(_read(private))
        if not public.exists():
            public.write_bytes(key.public.pem())
    except OSError as error:
        raise RecordingError(f"signing key: {error}") from error
    if PublicKey.read(public).fingerprint != key.public.fingerprint:
        raise RecordingError(f"{public} does not belong to {private}")
    return key


def _create(path: Path) -> None:
    """Whole or not at all, and never readable by anyone else."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    fresh = path.with_suffix(".fresh")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, KEY_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(descriptor)
    fresh.rename(path)


def _read(path: Path) -> Ed25519PrivateKey:
    if path.stat().st_mode & 0o077:
        raise RecordingError(f"{path} may be read by others: chmod 600")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise RecordingError(f"no private key in {path}: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise RecordingError(f"no Ed25519 key in {path}")
    return key
