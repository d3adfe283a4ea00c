from __future__ import annotations

from flows.asks import Disconnect
from flows.blocks import Simple
from flows.document import Action
from flows.node import Node
from flows.probe import SCALAR, parameters


def asks(parameters: Node) -> Action:
    """Asks for one of everything, and for more by its choices."""
    parameters.required("Needed").text()
    parameters.child("Whole").whole(1, 5)
    parameters.child("Named").texts()
    for element in parameters.child("List").elements():
        element.child("Inside").filled()
    if parameters.child("Flag").flag():
        parameters.child("WhenSet").choice("a", "b")
    else:
        parameters.child("WhenNot").members()
    parameters.child(str(parameters.one_of("One", "Other"))).text()
    return Simple(Disconnect())


def test_what_a_reader_asks_for_on_any_way_is_in_the_schema() -> None:
    number = {"type": "integer", "minimum": 1, "maximum": 5}
    inside = {"type": "object", "properties": {"Inside": SCALAR}}
    assert parameters(asks) == {
        "type": "object",
        "required": ["Needed"],
        "properties": {
            "Needed": SCALAR,
            "Whole": {"anyOf": [number, {"type": "string", "pattern": "^[0-9]{1,9}$"}]},
            "Named": {"type": "object", "additionalProperties": SCALAR},
            "List": {"type": "array", "items": inside},
            "Flag": {"enum": ["False", "True", "false", "true", False, True]},
            "WhenSet": {"enum": ["a", "b"]},
            "WhenNot": {"type": "object"},
            "One": SCALAR,
            "Other": SCALAR,
        },
    }


def test_a_reader_that_asks_for_nothing_takes_any_object() -> None:
    assert parameters(lambda _: Simple(Disconnect())) == {"type": "object"}
