"""AWS Signature Version 4, checked with botocore's own signer.

The signature covers method, path, query, the headers it names and the body. Pure: the clock is an
argument. Presigned URLs are not taken. https://docs.aws.amazon.com/IAM (Signature Version 4).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from engine.refused import Refused

CLOCK_SKEW = timedelta(minutes=5)
SERVICES = frozenset({"connect", "execute-api"})
ALGORITHM = "AWS4-HMAC-SHA256"
NEEDED = frozenset({"host", "x-amz-date"})
NOBODY = "a secret that no key has"

_HEADER = re.compile(
    ALGORITHM + r" Credential=(?P<key>[\w]{4,128})/(?P<day>\d{8})/(?P<region>[\w-]{1,32})"
    r"/(?P<service>[\w-]{1,32})/aws4_request, ?SignedHeaders=(?P<headers>[a-z0-9;-]{1,1024}),"
    r" ?Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it arrived: the path still percent-encoded, header names in lower case."""

    method: str
    raw_path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def signer(request: Signed, secret_of: Callable[[str], str | None], now: datetime) -> str:
    """Access key of whoever signed the request. Raises Refused, which never says how near it was.

    An unknown key costs the same time as a wrong signature and is answered in the same words.
    """
    said = _HEADER.fullmatch(request.headers.get("authorization", ""))
    if said is None:
        raise _refused("MissingAuthenticationTokenException", "A signature, version 4, is required")
    names = said["headers"].split(";")
    if not NEEDED.issubset(names) or said["service"] not in SERVICES:
        raise _refused("InvalidSignatureException", "host and x-amz-date are to be signed")
    _check_moment(request.headers.get("x-amz-date", ""), said["day"], now)
    secret = secret_of(said["key"])
    expected = _signature(request, names, said, secret or NOBODY)
    if not hmac.compare_digest(expected, said["signature"]) or secret is None:
        raise _refused("InvalidSignatureException", "The signature does not match the request")
    return said["key"]


def _check_moment(said: str, day: str, now: datetime) -> None:
    try:
        moment = datetime.strptime(said, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise _refused("InvalidSignatureException", "x-amz-date: YYYYMMDDThhmmssZ") from None
    if abs(moment - now) > CLOCK_SKEW or said[:8] != day:
        minutes = CLOCK_SKEW.seconds // 60
        text = f"The request was signed more than {minutes} minutes from now: check the clock"
        raise _refused("RequestExpiredException", text)


def _signature(request: Signed, names: list[str], said: re.Match[str], secret: str) -> str:
    """What the signer would have got with this secret."""
    auth = SigV4Auth(Credentials(said["key"], secret), said["service"], said["region"])
    url = f"http://{request.headers.get('host', '')}{request.raw_path}"
    headers = {name: request.headers.get(name, "") for name in names}
    again = AWSRequest(
        request.method, url + (f"?{request.query}" if request.query else ""), headers, request.body
    )
    again.context["timestamp"] = request.headers["x-amz-date"]
    if "x-amz-content-sha256" in headers:  # the signer believes it, we do not
        again.headers.replace_header("x-amz-content-sha256", _digest(request.body))
    return auth.signature(auth.string_to_sign(again, auth.canonical_request(again)), again)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _refused(error: str, message: str) -> Refused:
    return Refused(403, error, message)
