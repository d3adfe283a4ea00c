from pathlib import Path

from engine.trace_files import read
from sip.ladder import label
from tests.rig.house import converse, engine, phone


async def test_an_idle_house_has_no_port_open(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        assert one.house.mixer.totals().ports_open == 0
        assert one.house.sip.port > 0


async def test_the_messages_of_a_contact_are_kept_from_first_to_last(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        live = await converse(one, customer, agent, "support")
        customer.hang_up()
        await customer.finished("BYE")
        await agent.hung_up()
    said = [
        (entry.party, "we" if entry.sent else "they", label(entry.message))
        for entry in read(tmp_path / "traces", live.contact_id)
    ]
    assert said[0] == ("customer", "they", "INVITE sdp")
    for line in [
        ("customer", "we", "200 OK sdp"),
        ("agent", "we", "INVITE sdp"),
        ("agent", "they", "200 OK sdp"),
        ("agent", "we", "ACK"),
        ("customer", "they", "BYE"),
        ("customer", "we", "200 OK (BYE)"),
        ("agent", "we", "BYE"),
    ]:
        assert line in said, (line, said)  # one that had to be sent again is kept again
    assert not any("REGISTER" in name for _, _, name in said)


async def test_no_trace_is_kept_when_none_is_wanted(tmp_path: Path) -> None:
    async with (
        engine(tmp_path, trace={"max_contacts": 0}) as one,
        phone(one) as customer,
        phone(one, "agent1") as agent,
    ):
        await agent.register()
        await converse(one, customer, agent, "support")
    assert not (tmp_path / "traces").exists()
