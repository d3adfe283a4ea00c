from engine.directory import Kind, Origin, Resource, Resources
from engine.web.resource_row import Row, described, fitted, listed, shown
from engine.web.service_model import Service
from tests.engine.directory.desk import ARN, NOON

OPERATIONS = Service().operations
ROW = Row(
    *(Kind.QUEUE, "Queue", "Queues", "QueueId", "Queues"),
    computed={"Description": lambda one, there: f"{one.name} of {len(there.all(Kind.QUEUE))}"},
)
QUEUE = Resource(
    *(Kind.QUEUE, "q1", "support"),
    {"Status": "ENABLED", "Tags": {}, "Hidden": 1, "OutboundCallerConfig": {"Other": 1}},
    *(Origin.API, NOON),
)
THERE = Resources(ARN, [QUEUE])


def test_a_resource_is_shown_in_whatever_shape_the_model_has_for_it() -> None:
    operation = OPERATIONS["DescribeQueue"]
    assert operation.output
    member, shape = described(operation.output)
    assert member == "Queue"
    assert shown(ROW, QUEUE, THERE, shape) == {
        "Name": "support",
        "QueueArn": f"{ARN}/queue/q1",
        "QueueId": "q1",
        "Description": "support of 1",
        "OutboundCallerConfig": {},
        "Status": "ENABLED",
        "Tags": {},
        "LastModifiedTime": NOON,
        "LastModifiedRegion": "local",
    }
    listing = OPERATIONS["ListQueues"]
    assert listing.output
    member, shape = listed(listing.output)
    assert member == "QueueSummaryList"
    assert shown(ROW, QUEUE, THERE, shape) == {
        "Id": "q1",
        "Arn": f"{ARN}/queue/q1",
        "Name": "support",
        "LastModifiedTime": NOON,
        "LastModifiedRegion": "local",
    }


def test_what_the_model_has_no_member_for_is_left_out_of_lists_too() -> None:
    shape = OPERATIONS["AssociateRoutingProfileQueues"].input
    assert shape
    reference = {"QueueId": "q1", "Channel": "VOICE"}
    given = {"QueueConfigs": [{"QueueReference": {**reference, "Other": 1}, "Shoe": 43}]}
    assert fitted(shape, given) == {"QueueConfigs": [{"QueueReference": reference}]}
