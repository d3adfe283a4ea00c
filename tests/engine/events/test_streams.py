from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.rig.house import converse, engine, phone
from tests.rig.patience import until
from tests.rig.web_service import web_service


async def test_a_call_is_told_to_the_file_and_to_the_url_from_its_beginning_to_its_end(
    tmp_path: Path,
) -> None:
    file = tmp_path / "events.jsonl"
    async with web_service((500, b""), (204, b"")) as service:
        events = {"file": file, "url": service.url}
        async with engine(tmp_path, events=events) as one:
            async with phone(one) as customer, phone(one, "agent1") as agent:
                await agent.register()
                await converse(one, customer, agent, "support")
                customer.hang_up()
                await agent.hung_up()
            await until(lambda: not len(one.house.registry))
            await until(lambda: any("DISCONNECTED" in each for each in kinds(file)))
    told = kinds(file)
    contact = [each for each in told if each.isupper() and each not in AGENT]
    assert contact == [
        *("INITIATED", "CONNECTED_TO_SYSTEM", "QUEUED", "CONNECTED_TO_AGENT", "DISCONNECTED"),
    ]
    agents = [each for each in told if each in AGENT]
    assert agents[0] == "LOGIN" and agents.count("STATE_CHANGE") >= 3
    posted = [json.loads(asked.body) for asked in service.asked]
    assert posted[0][0] == posted[1][0]  # the first answer was no 2xx
    assert [kind(each) for batch in posted[1:] for each in batch] == told


AGENT = {"LOGIN", "LOGOUT", "STATE_CHANGE", "HEART_BEAT"}


def kinds(file: Path) -> list[str]:
    if not file.exists():
        return []
    return [kind(json.loads(line)) for line in file.read_text().splitlines()]


def kind(event: Any) -> str:
    return str(event["EventType"] if "EventType" in event else event["detail"]["eventType"])
