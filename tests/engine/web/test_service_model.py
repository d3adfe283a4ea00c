import re

import pytest

from engine.refused import Refused
from engine.web.service_model import Service

INSTANCE = "arn%3Aaws%3Aconnect%3Alocal%3A000000000000%3Ainstance%2Fearshot"


@pytest.fixture(scope="module")
def connect() -> Service:
    return Service()


def test_every_operation_of_the_model_is_found_by_its_own_path(connect: Service) -> None:
    for operation in connect.operations.values():
        path = re.sub(r"\{\w+\}", "some-id", operation.path)
        found = connect.find(operation.method, path)
        assert found and found.operation.name == operation.name


def test_what_stands_in_a_path_is_decoded_only_after_it_was_cut(connect: Service) -> None:
    found = connect.find("GET", f"/users/{INSTANCE}/ann%20o%2Fneill")
    assert found and found.operation.name == "DescribeUser"
    assert found.labels["InstanceId"].endswith(":instance/earshot")
    assert found.labels["UserId"] == "ann o/neill"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", ""), ("PATCH", "/users/earshot"), ("GET", "/users//x"), ("GET", "x")],
)
def test_what_no_operation_has_is_not_found(connect: Service, method: str, path: str) -> None:
    assert connect.find(method, path) is None


def test_an_operation_knows_its_errors_and_their_status(connect: Service) -> None:
    errors = connect.operations["MonitorContact"].errors
    assert errors["AccessDeniedException"] == 403
    assert errors["ServiceQuotaExceededException"] == 402


def test_the_participant_service_is_read_the_same_way() -> None:
    found = Service("connectparticipant").find("POST", "/participant/message")
    assert found and found.operation.name == "SendMessage"


@pytest.mark.parametrize(
    ("name", "raised", "status", "error"),
    [
        ("DeleteQueue", "ResourceInUseException", 409, "ResourceInUseException"),
        ("DeleteQuickConnect", "ResourceInUseException", 400, "InvalidRequestException"),
        ("UpdatePhoneNumber", "InvalidRequestException", 400, "InvalidParameterException"),
        ("DescribeQueue", "NotImplementedException", 501, "NotImplementedException"),
    ],
)
def test_an_error_is_one_that_the_operation_lists_where_it_lists_any_for_it(
    connect: Service, name: str, raised: str, status: int, error: str
) -> None:
    listed = connect.operations[name].listed(Refused(501, raised, "why", {"problems": []}))
    assert (listed.status, listed.error, listed.message) == (status, error, "why")
    assert listed.details == {"problems": []}
