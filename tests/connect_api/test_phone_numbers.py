"""Numbers that are claimed by unpatched boto3 take calls at once, and are shown to the called."""

from __future__ import annotations

import json
from pathlib import Path

from engine.call import State
from tests.rig.aws import administrator
from tests.rig.desk import BERLIN, desk
from tests.rig.house import AUDIO, action, flow, phone, to_queue
from tests.rig.patience import until
from tests.rig.phone import Refused

CLAIMED = "+49305550101"


async def test_a_claimed_number_runs_its_flow_at_once_and_is_what_the_queue_shows(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, trunks={"numbers": [CLAIMED]}) as it:
        admin = await administrator(it.one)
        number = await admin.ask("ClaimPhoneNumber", PhoneNumber=CLAIMED)
        named = {"PhoneNumberId": number["PhoneNumberId"]}
        content = json.dumps(to_queue())
        made = await admin.ask(
            "CreateContactFlow", Name="menu", Type="CONTACT_FLOW", Content=content
        )
        flow_id = {"ContactFlowId": made["ContactFlowId"]}
        await admin.ask("AssociatePhoneNumberContactFlow", **named, **flow_id)
        async with phone(it.one) as customer:
            await customer.invite(CLAIMED, AUDIO)
            await it.agent.called()
            assert it.live.record.system_endpoint == CLAIMED
            assert it.live.record.flow == "menu"
            hangs_up = json.dumps(flow(action("end", "DisconnectParticipant")))
            await admin.ask("UpdateContactFlowContent", Content=hangs_up, **flow_id)
            async with phone(it.one) as second:
                await second.invite(CLAIMED, AUDIO)
                assert (await second.hung_up()).by == "BYE"
            customer.hang_up()
        await until(lambda: not len(it.one.house.registry))
        caller = {
            "OutboundCallerIdNumberId": number["PhoneNumberArn"],
            "OutboundCallerIdName": "Us",
        }
        queue = {"QueueId": "support"}
        await admin.ask("UpdateQueueOutboundCallerConfig", OutboundCallerConfig=caller, **queue)
        assert (await admin.refused("ReleasePhoneNumber", **named))[1] == "ResourceInUseException"
        called = await it.dials(BERLIN)
        assert called.invite.from_.uri.startswith(f"sip:{CLAIMED}@")
        assert called.invite.from_.display == "Us"
        await it.carrier.answer(AUDIO)
        await until(lambda: it.live.call.state is State.BRIDGED)
        assert it.live.record.system_endpoint == CLAIMED


async def test_a_released_number_is_nobodys(tmp_path: Path) -> None:
    async with desk(tmp_path, trunks={"numbers": [CLAIMED]}) as it:
        admin = await administrator(it.one)
        number = await admin.ask("ClaimPhoneNumber", PhoneNumber=CLAIMED)
        await admin.ask("ReleasePhoneNumber", PhoneNumberId=number["PhoneNumberId"])
        async with phone(it.one) as customer:
            try:
                await customer.invite(CLAIMED, AUDIO)
            except Refused as refused:
                assert refused.status in (401, 404)
            else:
                raise AssertionError("the number was answered")
