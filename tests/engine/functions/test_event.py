from dataclasses import replace

from engine.call import State
from engine.functions.event import contact_flow_event
from tests.rig.contacts import live_contact

INSTANCE = "arn:aws:connect:eu-central-1:123456789012:instance/abc"


def test_the_event_is_the_one_that_connect_sends() -> None:
    """Specification 4.5; members in the order of its list."""
    live = live_contact(State.FLOW)
    live.record = replace(live.record, attributes={"tier": "gold"})
    live.target_queue = "support"
    live.system |= {"Queue.Name": "Support", "Queue.ARN": f"{INSTANCE}/queue/support"}
    live.system |= {"LanguageCode": "de-DE", "Name": "Order"}
    live.system |= {"References.order.Value": "https://x", "References.order.Type": "URL"}
    live.system |= {"Tags.colour": "blue"}
    event = contact_flow_event(live, {"number": "1"}, INSTANCE)
    assert event["Name"] == "ContactFlowEvent"
    assert event["Details"]["Parameters"] == {"number": "1"}
    assert event["Details"]["ContactData"] == {
        "Attributes": {"tier": "gold"},
        "Channel": "VOICE",
        "ContactId": live.contact_id,
        "CustomerEndpoint": {"Address": "+15550100", "Type": "TELEPHONE_NUMBER"},
        "CustomerId": None,
        "Description": None,
        "InitialContactId": live.contact_id,
        "InitiationMethod": "INBOUND",
        "InstanceARN": INSTANCE,
        "LanguageCode": "de-DE",
        "MediaStreams": {"Customer": {"Audio": {}}},
        "Name": "Order",
        "PreviousContactId": live.contact_id,
        "Queue": {"ARN": f"{INSTANCE}/queue/support", "Name": "Support", "OutboundCallerId": None},
        "References": {"order": {"Value": "https://x", "Type": "URL"}},
        "SystemEndpoint": {"Address": "support", "Type": "VOIP"},
        "Tags": {"colour": "blue"},
    }


def test_a_contact_without_a_queue_has_none() -> None:
    event = contact_flow_event(live_contact(State.FLOW), {}, INSTANCE)
    assert event["Details"]["ContactData"]["Queue"] is None
