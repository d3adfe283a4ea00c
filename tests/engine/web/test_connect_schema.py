from __future__ import annotations

from typing import Any

from engine.web.connect_schema import ConnectSchema
from engine.web.required import REQUIRED
from engine.web.service_model import Service

OPERATIONS = Service().operations


def described(*names: str) -> ConnectSchema:
    return ConnectSchema(OPERATIONS[name] for name in names)


def references(of: Any) -> set[str]:
    match of:
        case dict():
            own = {of["$ref"]} if "$ref" in of else set()
            return own.union(*map(references, of.values()))
        case list():
            return set().union(*map(references, of))
    return set()


def test_operations_of_one_path_stand_together_and_say_where_each_member_travels() -> None:
    users = described("DescribeUser", "DeleteUser", "ListUsers").paths
    assert set(users) == {"/users/{InstanceId}/{UserId}", "/users-summary/{InstanceId}"}
    assert set(users["/users/{InstanceId}/{UserId}"]) == {"get", "delete"}
    listing = users["/users-summary/{InstanceId}"]["get"]
    assert {one["name"]: (one["in"], one["required"]) for one in listing["parameters"]} == {
        "InstanceId": ("path", True),
        "nextToken": ("query", False),
        "maxResults": ("query", False),
    }
    assert "requestBody" not in listing


def test_of_a_request_what_the_model_requires_is_required_and_of_an_answer_nothing() -> None:
    creating = described("CreateUser")
    put = creating.paths["/users/{InstanceId}"]["put"]
    body = put["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["required"]) == {
        *("Username", "SecurityProfileIds", "RoutingProfileId"),
    }
    assert "InstanceId" not in body["properties"]
    assert "required" not in creating.schemas["Connect.CreateUserResponse"]


def test_every_reference_leads_somewhere_also_from_shapes_that_lead_to_themselves() -> None:
    everything = described(*REQUIRED)
    named = {f"#/components/schemas/{name}" for name in everything.schemas}
    assert references(everything.paths) | references(everything.schemas) <= named
    criteria = everything.schemas["Connect.UserSearchCriteria"]["properties"]
    assert criteria["OrConditions"]["items"] == {
        "$ref": "#/components/schemas/Connect.UserSearchCriteria"
    }
