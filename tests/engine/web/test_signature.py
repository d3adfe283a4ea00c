from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from engine.refused import Refused
from engine.web.signature import Signed, signer

SECRETS = {"AKIAANN": "ann's secret", "AKIABOB": "bob's secret"}
PATH = "/users/arn%3Aaws%3Aconnect%3Alocal%3A1%3Ainstance%2Fearshot/an%20id"


def signed(
    key: str = "AKIAANN",
    secret: str = "ann's secret",
    body: bytes = b'{"a":1}',
    query: str = "b=2&a=1",
) -> Signed:
    """A request that botocore has signed, as the server sees it."""
    request = AWSRequest(
        "POST", f"http://127.0.0.1:8080{PATH}?{query}", {"Content-Type": "x"}, body
    )
    SigV4Auth(Credentials(key, secret), "connect", "eu-central-1").add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Signed("POST", PATH, query, headers | {"host": "127.0.0.1:8080"}, body)


def check(request: Signed, later: timedelta = timedelta()) -> str:
    return signer(request, SECRETS.get, datetime.now(UTC) + later)


def test_what_botocore_signed_is_believed() -> None:
    assert check(signed()) == "AKIAANN"
    assert check(signed("AKIABOB", "bob's secret", b"", "")) == "AKIABOB"


def test_no_part_of_a_request_can_be_changed() -> None:
    request = signed()
    for change in (
        {"method": "GET"},
        {"raw_path": PATH + "x"},
        {"query": "b=2&a=2"},
        {"body": b'{"a":2}'},
        {"headers": request.headers | {"host": "127.0.0.1:8081"}},
        {"headers": request.headers | {"content-type": "y"}},
    ):
        with pytest.raises(Refused) as refused:
            check(replace(request, **change))
        assert (refused.value.status, refused.value.error) == (403, "InvalidSignatureException")


def test_an_unknown_key_and_a_wrong_secret_are_told_in_the_same_words() -> None:
    said = set()
    for request in (signed("AKIANOBODY"), signed("AKIAANN", "guessed"), signed("AKIABOB")):
        with pytest.raises(Refused) as refused:
            check(request)
        said.add((refused.value.error, refused.value.message))
    assert len(said) == 1


@pytest.mark.parametrize("later", [timedelta(minutes=6), timedelta(minutes=-6), timedelta(days=1)])
def test_a_request_is_good_for_a_few_minutes(later: timedelta) -> None:
    with pytest.raises(Refused, match="check the clock"):
        check(signed(), later)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer x", "AWS4-HMAC-SHA256 Credential=x", "AWS4-HMAC-SHA256 " + "x" * 5000],
)
def test_a_request_that_is_not_signed_is_refused(authorization: str) -> None:
    request = signed()
    unsigned = replace(request, headers=request.headers | {"authorization": authorization})
    with pytest.raises(Refused, match="is required"):
        check(unsigned)


@pytest.mark.parametrize("name", ["host", "x-amz-date"])
def test_host_and_date_are_to_be_among_what_is_signed(name: str) -> None:
    request = signed()
    authorization = request.headers["authorization"].replace(f"{name};", "").replace(f";{name}", "")
    with pytest.raises(Refused, match="are to be signed"):
        check(replace(request, headers=request.headers | {"authorization": authorization}))


def test_a_digest_of_the_body_that_the_client_claims_is_not_believed() -> None:
    request = AWSRequest("POST", f"http://127.0.0.1:8080{PATH}", {}, b"meant")
    request.headers["X-Amz-Content-SHA256"] = "0" * 64
    SigV4Auth(Credentials("AKIAANN", "ann's secret"), "connect", "local").add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    forged = Signed("POST", PATH, "", headers | {"host": "127.0.0.1:8080"}, b"another")
    with pytest.raises(Refused, match="does not match"):
        check(forged)
