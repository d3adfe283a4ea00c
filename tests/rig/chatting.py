"""Chats through unpatched boto3: whoever begins one, and the customer's page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator
from websockets.asyncio.client import ClientConnection, connect

from engine.app import Running
from engine.directory import Kind
from engine.flow_resources import facts_of
from tests.rig.aws import Aws
from tests.rig.house import action, flow
from tests.rig.patience import PATIENCE_SECONDS, within

Json = dict[str, Any]
TALKED = "Welcome to the chat"


def to_agent(*, queue: str = "support", first: str = TALKED) -> Json:
    """A flow that says something and leads to the queue."""
    return flow(
        action("say", "MessageParticipant", "set", Text=first),
        action("set", "UpdateContactTargetQueue", "transfer", QueueId=queue),
        action("transfer", "TransferContactToQueue", "bye"),
    )


async def chat_flow(admin: Aws, document: Json, name: str = "chat") -> str:
    """The id of a new flow, published."""
    made = await admin.ask(
        "CreateContactFlow", Name=name, Type="CONTACT_FLOW", Content=json.dumps(document)
    )
    return str(made["ContactFlowId"])


class Page:
    """A customer's page: the participant service with the token of a chat."""

    def __init__(self, one: Running, started: Json) -> None:
        self.contact_id, self.participant_id = started["ContactId"], started["ParticipantId"]
        self.token, self.connection = started["ParticipantToken"], ""
        self._client = boto3.client(
            "connectparticipant",
            endpoint_url=one.api,
            region_name="local",
            aws_access_key_id="anybody",
            aws_secret_access_key="whatever",
            config=Config(retries={"total_max_attempts": 1}),
        )

    async def ask(self, operation: str, **given: Any) -> Json:
        """The operation's output. Raises ClientError."""
        names = self._client.meta.method_to_api_mapping
        [name] = [each for each, called in names.items() if called == operation]
        shape = self._client.meta.service_model.operation_model(operation)
        if "ConnectionToken" in shape.input_shape.members:
            given.setdefault("ConnectionToken", self.connection)
        answer: Json = await asyncio.to_thread(getattr(self._client, name), **given)
        del answer["ResponseMetadata"]
        if shape.output_shape is not None:
            report = ParamValidator().validate(answer, shape.output_shape)
            assert not report.has_errors(), report.generate_report()
        return answer

    async def refused(self, operation: str, **given: Any) -> tuple[int, str]:
        """Status and error of what must be refused."""
        try:
            await self.ask(operation, **given)
        except ClientError as error:
            told = error.response
            return told["ResponseMetadata"]["HTTPStatusCode"], told["Error"]["Code"]
        raise AssertionError(f"{operation} was not refused")

    async def connect(self) -> Json:
        """What the page needs from now on; the answer."""
        answer = await self.ask(
            "CreateParticipantConnection",
            Type=["WEBSOCKET", "CONNECTION_CREDENTIALS"],
            ParticipantToken=self.token,
        )
        self.connection = answer["ConnectionCredentials"]["ConnectionToken"]
        return answer

    async def say(self, text: str) -> str:
        """The id of the message."""
        said = await self.ask("SendMessage", ContentType="text/plain", Content=text)
        return str(said["Id"])

    async def said(self, **given: Any) -> list[tuple[str, str]]:
        """Who said what, the oldest first; of events the last word of their kind."""
        order = {"SortOrder": "ASCENDING", "MaxResults": 100}
        answer = await self.ask("GetTranscript", **{**order, **given})
        return [
            (each["ParticipantRole"], each.get("Content") or each["ContentType"].split("event.")[1])
            for each in answer["Transcript"]
        ]


async def begin(one: Running, admin: Aws, flow_id: str, **given: Any) -> Page:
    """A chat that has begun, and its page, connected."""
    details = {"DisplayName": "Carla"}
    started = await admin.ask(
        "StartChatContact", **{"ContactFlowId": flow_id, "ParticipantDetails": details, **given}
    )
    page = Page(one, started)
    await page.connect()
    return page


class Socket:
    """The WebSocket of a page that has subscribed."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def next(self) -> Json:
        """The next item of the chat."""
        while True:
            told = json.loads(await within(self.socket.recv()))
            if told["topic"] == "aws/chat":
                item: Json = json.loads(told["content"])
                return item

    async def until(self, **wanted: str) -> Json:
        """The next item with these members."""
        while not wanted.items() <= (item := await self.next()).items():
            pass
        return item


@asynccontextmanager
async def subscribed(url: str) -> AsyncIterator[Socket]:
    async with connect(url, open_timeout=PATIENCE_SECONDS, proxy=None) as socket:
        await socket.send(
            json.dumps({"topic": "aws/subscribe", "content": {"topics": ["aws/chat"]}})
        )
        told = json.loads(await within(socket.recv()))
        assert told["content"]["status"] == "success"
        yield Socket(socket)


async def published(
    one: Running, name: str, document: Json, *, publish: bool = True, kind: str = "CONTACT_FLOW"
) -> str:
    """The id of a new flow; the engine finds it by its name, too."""
    facts = facts_of(kind, json.dumps(document), publish=publish)
    return (await one.house.directory.create(Kind.CONTACT_FLOW, name, facts)).id
