from pathlib import Path

from engine.web.tags_api import MAX_TAGS
from tests.engine.directory.desk import ARN
from tests.rig.aws import DENIED, NOT_FOUND, administered, aws

QUEUE, USER = {"resourceArn": f"{ARN}/queue/support"}, {"resourceArn": f"{ARN}/agent/agent1"}


async def test_tags_are_put_on_taken_off_and_searched_for(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        await admin.ask("TagResource", tags={"team": "a", "site": "x"}, **QUEUE)
        await admin.ask("TagResource", tags={"team": "b"}, **QUEUE)
        await admin.ask("UntagResource", tagKeys=["site", "color"], **QUEUE)
        assert (await admin.ask("ListTagsForResource", **QUEUE))["tags"] == {"team": "b"}
        shown = (await admin.ask("DescribeQueue", QueueId="support"))["Queue"]
        assert shown["Tags"] == {"team": "b"}
        condition = {"TagKey": "team", "TagValue": "b"}
        found = await admin.ask(
            "SearchQueues", SearchFilter={"TagFilter": {"TagCondition": condition}}
        )
        assert [one["Name"] for one in found["Queues"]] == ["support"]


async def test_what_has_no_tags_or_too_many_is_refused(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        for arn in (
            f"{ARN}/queue/nowhere",
            f"{ARN}/access-key/x",
            "arn:aws:connect:local:000000000000:instance/other/queue/support",
        ):
            told = await admin.refused("ListTagsForResource", resourceArn=arn)
            assert told[:2] == NOT_FOUND, arn
        await admin.ask("TagResource", tags={f"key{n}": "x" for n in range(MAX_TAGS)}, **QUEUE)
        told = await admin.refused("TagResource", tags={"another": "x"}, **QUEUE)
        assert told[1] == "InvalidRequestException"


async def test_tags_are_changed_by_who_may_edit_what_has_them(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        editor = await admin.ask(
            "CreateSecurityProfile",
            SecurityProfileName="queues only",
            Permissions=["Queues.Edit", "Users.View"],
        )
        profiles = [editor["SecurityProfileId"]]
        await admin.ask("UpdateUserSecurityProfiles", UserId="agent1", SecurityProfileIds=profiles)
        agent = await aws(one, "agent1")
        await agent.ask("TagResource", tags={"team": "a"}, **QUEUE)
        assert (await agent.ask("ListTagsForResource", **USER))["tags"] == {}
        told = await agent.refused("TagResource", tags={"team": "a"}, **USER)
        assert told[:2] == DENIED and "Users.Edit" in told[2]
        told = await agent.refused("ListTagsForResource", **QUEUE)
        assert told[:2] == DENIED and "Queues.View" in told[2]
