"""Against an HTTP service that answers as Lambda does: botocore is the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config import Function
from engine.functions.answer import FunctionFailed
from engine.functions.aws import Aws
from tests.rig.web_service import WebService, web_service

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:lookup"
FUNCTION = Function(arn=ARN, aws_region="eu-central-1")
SECONDS = 8.0


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA0")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


@pytest.fixture
async def aws() -> AsyncIterator[Aws]:
    one = Aws()
    yield one
    one.close()


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WebService]:
    async with web_service((200, b'{"tier": "gold"}')) as one:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", one.url)
        yield one


async def test_the_function_of_that_arn_is_invoked_and_waited_for(
    aws: Aws, service: WebService
) -> None:
    assert await aws.run(FUNCTION, b'{"a": 1}', SECONDS) == b'{"tier": "gold"}'
    [asked] = service.asked
    assert "function%3Alookup/invocations" in asked.path and asked.body == b'{"a": 1}'
    assert "Credential=AKIA0" in asked.headers["authorization"]


async def test_a_function_that_raised_has_failed(aws: Aws, service: WebService) -> None:
    service.headers["X-Amz-Function-Error"] = "Unhandled"
    with pytest.raises(FunctionFailed, match="Lambda says Unhandled"):
        await aws.run(FUNCTION, b"{}", SECONDS)


async def test_one_that_answers_too_much_has_failed(aws: Aws, service: WebService) -> None:
    service.replies[:] = [(200, b"x" * 33 * 1024)]
    with pytest.raises(FunctionFailed, match="more than 32768"):
        await aws.run(FUNCTION, b"{}", SECONDS)


async def test_what_aws_refuses_has_failed(aws: Aws, service: WebService) -> None:
    service.replies[:] = [(404, b'{"message": "Function not found"}')]
    with pytest.raises(FunctionFailed, match="ClientError"):
        await aws.run(FUNCTION, b"{}", SECONDS)


async def test_without_credentials_there_is_nobody_to_ask_as(
    aws: Aws, service: WebService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(FunctionFailed, match="NoCredentials"):
        await aws.run(FUNCTION, b"{}", SECONDS)
    assert not service.asked
