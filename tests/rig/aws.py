"""Unpatched boto3 as a client of the engine; every answer is held against the service model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from engine.app import Running
from engine.directory import Kind
from tests.rig.house import TOKEN, engine

INSTANCE = "earshot"
NOT_FOUND, DENIED = (404, "ResourceNotFoundException"), (403, "AccessDeniedException")


class Aws:
    """The API as a user with an access key has it."""

    def __init__(self, one: Running, key: dict[str, str], region: str = "local") -> None:
        self._api, self._credentials = one.api, Credentials(*key.values())
        self._client = boto3.client(
            "connect",
            endpoint_url=one.api,
            region_name=region,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    async def ask(self, operation: str, **given: Any) -> dict[str, Any]:
        """The operation's output. Raises ClientError."""
        method = self._client.meta.method_to_api_mapping
        [name] = [each for each, operation_name in method.items() if operation_name == operation]
        call = getattr(self._client, name)
        model = self._client.meta.service_model.operation_model(operation)
        if model.input_shape and "InstanceId" in model.input_shape.members:
            given.setdefault("InstanceId", INSTANCE)
        answer: dict[str, Any] = await asyncio.to_thread(call, **given)
        del answer["ResponseMetadata"]
        shape = model.output_shape
        if shape is not None:
            report = ParamValidator().validate(answer, shape)
            assert not report.has_errors(), report.generate_report()
        return answer

    async def send(
        self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str
    ) -> httpx.Response:
        """What is not in the service model, signed the same way."""
        url, content = self._api + path, json.dumps(body).encode() if body else b""
        request = AWSRequest(method, url, {"Content-Type": "application/json"}, content)
        SigV4Auth(self._credentials, "connect", "local").add_auth(request)
        async with httpx.AsyncClient() as client:
            signed = dict(request.headers) | headers
            return await client.request(method, url, headers=signed, content=content)

    async def refused(self, operation: str, **given: Any) -> tuple[int, str, str]:
        """Status, error and message of what must be refused."""
        try:
            await self.ask(operation, **given)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            return status, error.response["Error"]["Code"], error.response["Error"]["Message"]
        raise AssertionError(f"{operation} was not refused")


async def aws(one: Running, username: str) -> Aws:
    """With a new access key, which the operator makes."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=one.api, headers=headers) as api:
        answer = await api.post("/earshot/v1/access-key", json={"UserId": username})
    assert answer.status_code == 200, answer.text
    return Aws(one, answer.json())


async def administrator(one: Running, username: str = "manager3") -> Aws:
    """The API as a user with the profile Admin has it."""
    await one.house.directory.change(Kind.USER, username, {"SecurityProfileIds": ["Admin"]})
    return await aws(one, username)


@asynccontextmanager
async def administered(folder: Path, **sections: Any) -> AsyncIterator[tuple[Running, Aws]]:
    """An engine and its administrator."""
    async with engine(folder, **sections) as one:
        yield one, await administrator(one)
