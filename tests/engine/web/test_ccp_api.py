import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.directory import Kind
from tests.rig.browser import browser
from tests.rig.house import AUDIO, TOKEN, action, engine, phone, to_queue
from tests.rig.panel import leg, line_on
from tests.rig.patience import until

CCP = "/earshot/v1/ccp"


async def press(page: httpx.AsyncClient, button: str, **given: Any) -> dict[str, Any]:
    answer = await page.post(f"{CCP}/{button}", json=given or None)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_contact_from_its_first_ring_to_the_end_of_its_work(tmp_path: Path) -> None:
    async with (
        engine(tmp_path) as one,
        browser(one, "agent1") as page,
        phone(one) as customer,
    ):
        work = {"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 60}
        await one.house.directory.change(Kind.USER, "agent1", {"PhoneConfig": work})
        browsers_leg = leg(one)
        await customer.invite("support", AUDIO)
        contact_id = (await line_on(browsers_leg)).contact_id
        [rings] = (await page.get(CCP)).json()["contacts"]
        assert (rings["contact_id"], rings["state"]) == (contact_id, "INCOMING")
        await press(page, f"contact/{contact_id}/accept")
        live = one.house.registry.get(contact_id)
        await until(lambda: live and live.tap)
        for button, said in (
            ("hold", {"state": "CONNECTED_ONHOLD"}),
            ("resume", {"state": "CONNECTED"}),
            ("mute", {"muted": True}),
            ("unmute", {"muted": False}),
            ("suspend_recording", {"recording": "SUSPENDED"}),
            ("resume_recording", {"recording": "ON"}),
        ):
            [shown] = (await press(page, f"contact/{contact_id}/{button}"))["contacts"]
            assert shown | said == shown, button
        await press(page, f"contact/{contact_id}/digits", digits="1#")
        ended = await press(page, f"contact/{contact_id}/end")
        assert (await customer.hung_up()).by == "BYE"
        assert ended["presence"] == "AFTER_CONTACT_WORK"
        [work] = ended["contacts"]
        assert (work["state"], work["phone_number"]) == ("ENDED", "customer")
        assert work["clear_at"] > work["since"]
        cleared = await press(page, f"contact/{contact_id}/clear")
        assert (cleared["contacts"], cleared["presence"]) == ([], "AVAILABLE")


async def test_a_status_is_chosen_and_quick_connects_are_told(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, browser(one, "agent1") as page:
        statuses = (await page.get(CCP)).json()["statuses"]
        offline = next(each for each in statuses if each["type"] == "OFFLINE")
        shown = await press(page, "status", status_id=offline["id"])
        assert shown["status"]["id"] == offline["id"]
        config = {
            "QuickConnectType": "PHONE_NUMBER",
            "PhoneConfig": {"PhoneNumber": "+15550100"},
        }
        facts = {"QuickConnectConfig": config, "Description": "", "Tags": {}}
        made = await one.house.directory.create(Kind.QUICK_CONNECT, "Anna", facts)
        told = (await page.get(f"{CCP}/quick_connects")).json()
        assert told == {"quick_connects": [{"id": made.id, "name": "Anna", "type": "PHONE_NUMBER"}]}


def onward(folder: Path) -> dict[str, Any]:
    """A quick connect to the queue, by a flow that leaves a note."""
    document = to_queue()
    note = action("note", "UpdateContactAttributes", "transfer", Attributes={"by": "onward"})
    document |= {"StartAction": "note", "Actions": [note, *document["Actions"]]}
    (folder / "flows").mkdir()
    (folder / "flows" / "onward.json").write_text(json.dumps(document))
    to = {"QueueId": "support", "ContactFlowId": "onward"}
    return {"QuickConnectConfig": {"QuickConnectType": "QUEUE", "QueueConfig": to}, "Tags": {}}


async def test_a_contact_is_transferred_after_a_question_or_without_a_word(tmp_path: Path) -> None:
    facts = onward(tmp_path)
    async with (
        engine(tmp_path) as one,
        browser(one, "agent1") as page,
        phone(one) as customer,
        phone(one, "agent2") as colleague,
    ):
        await colleague.register()
        one.house.router.unregister("agent2")  # it would ring there
        browsers_leg = leg(one)
        await customer.invite("support", AUDIO)
        contact_id = (await line_on(browsers_leg)).contact_id
        await press(page, f"contact/{contact_id}/accept")
        one.house.router.register("agent2")
        path = f"contact/{contact_id}/transfer"
        for wrong in ({}, {"queue_id": "support", "kind": "consult"}, {"phone_number": "nobody"}):
            assert (await page.post(f"{CCP}/{path}", json=wrong)).status_code == 400
        shown = await press(page, path, phone_number="agent2", kind="consult")
        [contact] = shown["contacts"]
        assert contact["third"] == {"name": "agent2", "state": "CONNECTING", "conference": False}
        await colleague.called()
        await colleague.answer(AUDIO)
        await until(lambda: len(one.house.registry) == 2)

        async def answered() -> bool:
            [each] = (await page.get(CCP)).json()["contacts"]
            return bool(each["third"]["state"] == "CONNECTED")

        await until(answered)
        [contact] = (await press(page, f"contact/{contact_id}/conference"))["contacts"]
        assert contact["third"]["conference"] and contact["state"] == "CONNECTED"
        await press(page, f"contact/{contact_id}/end", party="third")
        assert (await colleague.hung_up()).by == "BYE"
        made = await one.house.directory.create(Kind.QUICK_CONNECT, "onward", facts)
        shown = await press(page, path, quick_connect_id=made.id)
        assert shown["contacts"] == []
        await until(lambda: len(one.house.registry) == 1)
        [live] = one.house.registry
        await until(lambda: live.record.attributes == {"by": "onward"})


async def test_who_may_not_have_a_panel_has_none(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, browser(one, "manager1") as page:
        assert (await page.get(CCP)).json()["status"] is None
        assert (await page.post(f"{CCP}/monitor/end")).status_code == 404
        only = {"SecurityProfileIds": ["QualityAnalyst"]}
        await one.house.directory.change(Kind.USER, "manager1", only)
        assert (await page.get(CCP)).status_code == 403
        token = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(base_url=one.api, headers=token) as operator:
            assert (await operator.get(CCP)).status_code == 404


@pytest.mark.parametrize("sdp", ["", "v=0", "v=0\r\nm=audio 1 RTP/AVP 0\r\n"])
async def test_an_offer_that_does_not_fit_is_refused_and_the_phone_is_not_there(
    tmp_path: Path, sdp: str
) -> None:
    async with engine(tmp_path) as one, browser(one, "agent1") as page:
        answer = await page.post(f"{CCP}/media", json={"sdp": sdp})
        assert answer.status_code == 400
        assert not (await page.get(CCP)).json()["media"]
        assert (await page.delete(f"{CCP}/media")).status_code == 200
