"""A manager makes a queue and those who serve it: the next caller is theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.rig.aws import NOT_FOUND, administered
from tests.rig.house import AUDIO, converse, phone
from tests.rig.patience import until
from tests.rig.phone import Phone

MIDNIGHT = {"Hours": 0, "Minutes": 0}
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
ALWAYS = [{"Day": day, "StartTime": MIDNIGHT, "EndTime": MIDNIGHT} for day in DAYS]
ANN: dict[str, Any] = {
    "Username": "ann",
    "Password": "Correct-Horse-9",
    "PhoneConfig": {"PhoneType": "DESK_PHONE"},
    "SecurityProfileIds": ["Agent"],
}


async def test_a_queue_a_routing_profile_and_a_user_of_the_api_take_the_next_call(
    tmp_path: Path,
) -> None:
    async with administered(tmp_path) as (one, admin):
        hours = await admin.ask(
            "CreateHoursOfOperation", Name="always", TimeZone="UTC", Config=ALWAYS
        )
        made = await admin.ask(  # the flow of the number "lost" names it
            "CreateQueue", Name="nowhere", HoursOfOperationId=hours["HoursOfOperationId"]
        )
        queue = {"QueueId": made["QueueId"]}
        reference = {"QueueId": made["QueueArn"], "Channel": "VOICE"}
        profile = await admin.ask(
            "CreateRoutingProfile",
            Name="nowhere",
            Description="who serves it",
            DefaultOutboundQueueId=made["QueueId"],
            MediaConcurrencies=[{"Channel": "VOICE", "Concurrency": 1}],
            QueueConfigs=[{"QueueReference": reference, "Priority": 1, "Delay": 0}],
        )
        await admin.ask("CreateUser", **ANN, RoutingProfileId=profile["RoutingProfileId"])
        address = ("127.0.0.1", one.house.sip.port)
        async with Phone("ann", ANN["Password"], address) as ann, phone(one) as customer:
            await ann.register()
            live = await converse(one, customer, ann, "lost")
            shown = (await admin.ask("DescribeContact", ContactId=live.contact_id))["Contact"]
            assert shown["QueueInfo"]["Id"] == made["QueueId"]
            assert live.record.agent == "ann"
            assert live.system["Queue.Name"] == "nowhere"
        told = await admin.refused("DeleteQueue", **queue)
        assert told[1] == "ResourceInUseException" and "nowhere" in told[2]


async def test_a_queue_is_deleted_when_nobody_waits_and_takes_nobody_when_disabled(
    tmp_path: Path,
) -> None:
    async with administered(tmp_path) as (one, admin):
        floor = one.house.router.floor
        hours = await admin.ask("CreateHoursOfOperation", Name="x", TimeZone="UTC", Config=[])
        made = await admin.ask(
            "CreateQueue", Name="nowhere", HoursOfOperationId=hours["HoursOfOperationId"]
        )
        queue = {"QueueId": made["QueueId"]}
        async with phone(one) as customer:
            await customer.invite("lost", AUDIO)
            await until(lambda: floor.contacts_in(made["QueueId"]))
            told = await admin.refused("DeleteQueue", **queue)
            assert told[1] == "ResourceInUseException" and "wait" in told[2]
            customer.hang_up()
            await until(lambda: not floor.contacts_in(made["QueueId"]))
        await admin.ask("UpdateQueueStatus", Status="DISABLED", **queue)
        async with phone(one) as customer:
            await customer.invite("lost", AUDIO)  # the flow's error branch hangs up
            await customer.hung_up()
        await admin.ask("DeleteQueue", **queue)
        assert (await admin.refused("DescribeQueue", **queue))[:2] == NOT_FOUND
