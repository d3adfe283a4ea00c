"""Chats as a website has them: StartChatContact, and the participant service for its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.rig.aws import NOT_FOUND, administered
from tests.rig.chatting import TALKED, Page, begin, chat_flow, subscribed, to_agent
from tests.rig.house import action, flow
from tests.rig.patience import until, within

INVALID = (400, "InvalidRequestException")
DENIED, MISUSED = (403, "AccessDeniedException"), (400, "ValidationException")
DETAILS = {"ParticipantDetails": {"DisplayName": "Carla"}}
TYPING = "application/vnd.amazonaws.connect.event.typing"
READ = "application/vnd.amazonaws.connect.event.message.read"


async def test_a_chat_begins_its_flow_says_something_and_the_customer_writes(
    tmp_path: Path,
) -> None:
    async with administered(tmp_path) as (one, admin):
        flow_id = await chat_flow(admin, to_agent())
        first = {"ContentType": "text/plain", "Content": "Hello?"}
        given = {"InitialMessage": first, "Attributes": {"tier": "gold"}}
        page = await begin(one, admin, flow_id, **given)
        await until(lambda: one.house.wing.router.floor.contacts_in("support"))
        await page.say("Is anybody there?")
        assert await page.said() == [
            ("CUSTOMER", "participant.joined"),
            ("CUSTOMER", "Hello?"),
            ("SYSTEM", TALKED),
            ("CUSTOMER", "Is anybody there?"),
        ]
        shown = (await admin.ask("DescribeContact", ContactId=page.contact_id))["Contact"]
        assert (shown["Channel"], shown["InitiationMethod"]) == ("CHAT", "API")
        assert shown["QueueInfo"]["Id"] == "support"
        assert "CustomerEndpoint" not in shown
        found = await admin.ask("GetContactAttributes", InitialContactId=page.contact_id)
        assert found["Attributes"] == {"tier": "gold"}
        await page.ask("DisconnectParticipant")
        over = (await admin.ask("DescribeContact", ContactId=page.contact_id))["Contact"]
        assert over["DisconnectReason"] == "CUSTOMER_DISCONNECT"
        assert (await page.said())[-2:] == [
            ("CUSTOMER", "participant.left"),
            ("SYSTEM", "chat.ended"),
        ]
        sent = {"ContentType": "text/plain", "Content": "too late"}
        assert await page.refused("SendMessage", **sent) == DENIED
        assert not one.house.wing.router.floor.contacts_in("support")


async def test_what_is_asked_twice_with_one_token_is_done_once(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        flow_id = await chat_flow(admin, to_agent())
        given = {"ContactFlowId": flow_id, "ClientToken": "once", **DETAILS}
        started = await admin.ask("StartChatContact", **given)
        assert await admin.ask("StartChatContact", **given) == started
        assert len(one.house.chats) == 1
        page = Page(one, started)
        await page.connect()
        sent = {"ContentType": "text/plain", "Content": "hello", "ClientToken": "first"}
        assert await page.ask("SendMessage", **sent) == await page.ask("SendMessage", **sent)
        assert [what for _, what in await page.said()].count("hello") == 1


async def test_a_chat_that_cannot_be_is_refused_by_name(tmp_path: Path) -> None:
    async with administered(tmp_path, chat={"max_chats": 1}) as (one, admin):
        flow_id = await chat_flow(admin, to_agent())
        given = {"ContactFlowId": flow_id, **DETAILS}
        unknown = {**given, "ContactFlowId": "none"}
        assert (await admin.refused("StartChatContact", **unknown))[:2] == NOT_FOUND
        for wrong in (
            {"ChatDurationInMinutes": 60, "PersistentChat": {"RehydrationType": "FROM_SEGMENT"}},
            {"SupportedMessagingContentTypes": ["text/markdown"]},
            {"SupportedMessagingContentTypes": ["text/plain", "image/png"]},
            {"InitialMessage": {"ContentType": "text/plain", "Content": "x" * 1025}},
            {"InitialMessage": {"ContentType": "image/png", "Content": "x"}},
            {"Attributes": {"much": "x" * 32_768}},
        ):
            assert (await admin.refused("StartChatContact", **given, **wrong))[0] == 400
        whisper = await admin.ask(
            "CreateContactFlow",
            Name="whisper",
            Type="AGENT_WHISPER",
            Content='{"Version": "2019-10-30", "StartAction": "end", "Actions": '
            '[{"Identifier": "end", "Type": "EndFlowExecution", "Parameters": {}}]}',
        )
        other = {**given, "ContactFlowId": whisper["ContactFlowId"]}
        assert (await admin.refused("StartChatContact", **other))[:2] == INVALID
        assert not one.house.chats
        await admin.ask("StartChatContact", **given)
        told = await admin.refused("StartChatContact", **given)
        assert told[:2] == (429, "LimitExceededException")


async def test_a_wrong_token_opens_nothing(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        page = await begin(one, admin, await chat_flow(admin, to_agent()))
        sent = {"ContentType": "text/plain", "Content": "hello"}
        for token in ("wrong", page.token):  # that of the participant opens connections only
            assert await page.refused("SendMessage", **sent, ConnectionToken=token) == DENIED
            assert await page.refused("GetTranscript", ConnectionToken=token) == DENIED
            assert await page.refused("DisconnectParticipant", ConnectionToken=token) == DENIED
        made = {"Type": ["CONNECTION_CREDENTIALS"], "ParticipantToken": page.connection}
        assert await page.refused("CreateParticipantConnection", **made) == DENIED
        url = (await page.connect())["Websocket"]["Url"]
        async with subscribed(url):
            async with connect(url, proxy=None) as again:  # it was good once
                with pytest.raises(ConnectionClosed):
                    await within(again.recv())
                assert again.close_code == 4403


async def test_what_is_not_said_as_it_should_be_is_refused(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        page = await begin(one, admin, await chat_flow(admin, to_agent()))
        for kind, content in (("text/plain", "x" * 1025), ("text/html", "x"), ("text/plain", " ")):
            sent = {"ContentType": kind, "Content": content}
            assert await page.refused("SendMessage", **sent) == MISUSED
        for kind, content in (("text/plain", "x"), (READ, "x"), (READ, '{"messageId": "none"}')):
            sent = {"ContentType": kind, "Content": content}
            assert await page.refused("SendEvent", **sent) == MISUSED
        for wrong in (
            {"StartPosition": {"Id": "none"}},
            {"StartPosition": {"AbsoluteTime": "noon"}},
            {"NextToken": "none"},
            {"ContactId": "another"},
            {"MaxResults": 101},
        ):
            if "MaxResults" not in wrong:
                assert await page.refused("GetTranscript", **wrong) == MISUSED
        made = {"Type": ["WEBRTC_CONNECTION"], "ParticipantToken": page.token}
        assert await page.refused("CreateParticipantConnection", **made) == MISUSED
        upload = {"ContentType": "text/plain", "AttachmentSizeInBytes": 1, "AttachmentName": "a"}
        told = await page.refused("StartAttachmentUpload", **upload)
        assert told == (501, "NotImplementedException")


async def test_a_page_that_subscribes_is_told_of_everything_at_once(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        page = await begin(one, admin, await chat_flow(admin, to_agent()))
        async with subscribed((await page.connect())["Websocket"]["Url"]) as socket:
            said = await page.say("hello")
            told = await socket.until(Type="MESSAGE", ParticipantRole="CUSTOMER")
            assert (told["Id"], told["Content"]) == (said, "hello")
            assert told["ContactId"] == page.contact_id
            await page.ask("SendEvent", ContentType=TYPING)
            await socket.until(Type="EVENT", ContentType=TYPING)
            await page.ask("SendEvent", ContentType=READ, Content=f'{{"messageId": "{said}"}}')
            await socket.until(ContentType=READ)
            await page.ask("DisconnectParticipant")
            ended = "application/vnd.amazonaws.connect.event.chat.ended"
            await socket.until(ContentType=ended)
        found = await page.ask("GetTranscript", StartPosition={"Id": said}, MaxResults=1)
        [item] = found["Transcript"]
        [receipt] = item["MessageMetadata"]["Receipts"]
        assert receipt["RecipientParticipantId"] == page.participant_id
        assert receipt["ReadTimestamp"]


async def test_a_transcript_is_read_page_by_page_in_both_directions(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        page = await begin(one, admin, await chat_flow(admin, to_agent()))
        await until(lambda: one.house.wing.router.floor.contacts_in("support"))
        for number in range(5):
            await page.say(str(number))
        pages = {"MaxResults": 3, "SortOrder": "ASCENDING"}
        last = await page.ask("GetTranscript", **pages)
        assert [one.get("Content") for one in last["Transcript"]] == ["2", "3", "4"]
        before = await page.ask("GetTranscript", **pages, NextToken=last["NextToken"])
        assert [one.get("Content") for one in before["Transcript"]] == [TALKED, "0", "1"]
        onward = await page.said(ScanDirection="FORWARD", StartPosition={"MostRecent": 2})
        assert onward == [("CUSTOMER", "3"), ("CUSTOMER", "4")]


async def test_what_a_chat_cannot_do_takes_the_branch_of_the_block_and_the_flow_ends_it(
    tmp_path: Path,
) -> None:
    async with administered(tmp_path) as (one, admin):
        prompt = action("heard", "MessageParticipant", "bye", PromptId="short")
        prompt["Transitions"]["Errors"] = [{"NextAction": "wait", "ErrorType": "NoMatchingError"}]
        wait = action("wait", "Wait", "bye", TimeLimitSeconds="0")
        wait["Transitions"]["Conditions"] = [
            {
                "NextAction": "say",
                "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]},
            }
        ]
        wait["Transitions"]["Errors"] = [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]
        document = flow(
            prompt,
            wait,
            action("say", "MessageParticipant", "bye", Text="You are $.Attributes.tier"),
        )
        flow_id = await chat_flow(admin, document)
        page = await begin(one, admin, flow_id, Attributes={"tier": "gold"})
        await until(lambda: not one.house.chats)
        assert ("SYSTEM", "You are gold") in await page.said()
        shown = (await admin.ask("DescribeContact", ContactId=page.contact_id))["Contact"]
        assert shown["DisconnectReason"] == "CONTACT_FLOW_DISCONNECT"
