from __future__ import annotations

import json
from typing import Any

from flows import read, write
from tests.flows.writing import action, document, flow, message


def printed(written: Any) -> Any:
    return json.loads(write(read(json.dumps(written), "test.json")))


def test_what_is_printed_is_read_as_the_same_flow() -> None:
    hello = flow(message("hello", "Hello", errors={"NoMatchingError": "hang up"}))
    assert read(write(hello), "test.json") == hello
    assert json.loads(write(hello)) == hello.document


def test_keys_stand_in_the_order_of_the_console_and_those_nobody_knows_last() -> None:
    [hello, bye] = document(message("hello", "Hello"))["Actions"]
    jumbled = {
        "Odd": 1,
        "Actions": [dict(reversed(hello.items())), bye],
        "StartAction": "hello",
        "Version": "2019-10-30",
    }
    found = printed(jumbled)
    assert list(found) == ["Version", "StartAction", "Actions", "Odd"]
    assert list(found["Actions"][0]) == ["Identifier", "Type", "Parameters", "Transitions"]


def test_scalars_of_parameters_become_texts() -> None:
    menu = {"StoreInput": False, "InputTimeLimitSeconds": 5, "Text": "Press 1", "SSML": None}
    asks = action("ask", "GetParticipantInput", menu, leads="hang up")
    texts = {"StoreInput": "False", "InputTimeLimitSeconds": "5", "Text": "Press 1"}
    assert printed(document(asks))["Actions"][0]["Parameters"] == texts


def test_what_a_module_hands_back_and_the_metadata_stay_as_they_came() -> None:
    result = {"Result": 5, "ResultData": {"size": 5, "open": True, "list": [1, None]}}
    written = document(action("back", "EndFlowModuleExecution", result))
    written["Metadata"] = {"entryPointPosition": {"x": 1.5, "y": 2}, "status": None}
    found = printed(written)
    assert found["Actions"][0]["Parameters"] == {**result, "Result": "5"}
    assert found["Metadata"] == written["Metadata"]
