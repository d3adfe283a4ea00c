from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.picture import CHARACTERS, draw
from tests.flows.writing import SORRY, Document, action, flow, message

SVG = "{http://www.w3.org/2000/svg}"


def texts(*blocks: Document) -> list[str]:
    picture = ElementTree.fromstring(draw(flow(*blocks)))
    return [node.text or "" for node in picture.iter(f"{SVG}text")]


def test_a_block_shows_its_type_its_name_and_what_is_said() -> None:
    assert texts(message("Greeting", "Welcome."))[:4] == [
        "MessageParticipant",
        "Greeting",
        "Welcome.",
        "next",
    ]


def test_a_name_that_is_random_is_not_shown() -> None:
    assert "12345678-1234-1234-1234-123456789132" not in texts(
        message("12345678-1234-1234-1234-123456789132", "Welcome.")
    )


def test_every_way_out_is_labelled_and_those_that_lead_to_one_block_are_one() -> None:
    compare = action(
        "Compare it",
        "Compare",
        {"ComparisonValue": "$.Attributes.tier"},
        conditions=[
            ("Equals", "gold", "yes"),
            ("TextStartsWith", "g", "yes"),
            ("NumberLessOrEqualTo", "7", "no"),
        ],
        errors={"NoMatchingCondition": "no"},
    )
    shown = texts(compare, message("yes", "Yes"), message("no", "No"))
    assert "= gold, starts with g" in shown
    assert "≤ 7, no match" in shown
    assert "$.Attributes.tier" in shown


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        (action("q", "UpdateContactTargetQueue", {"QueueId": "sales"}, leads="sorry"), "sales"),
        (
            action("a", "UpdateContactAttributes", {"Attributes": {"x": "1"}}, leads="sorry"),
            "x = 1",
        ),
        (action("f", "TransferToFlow", {"ContactFlowId": "main"}, leads="sorry"), "main"),
    ],
)
def test_a_block_shows_what_it_names(block: Document, shown: str) -> None:
    assert shown in texts(block, SORRY)


def test_a_long_text_is_cut() -> None:
    shown = texts(message("m", "word " * 200))
    assert any(text.endswith("…") for text in shown)
    assert all(len(text) <= CHARACTERS for text in shown)


def test_every_link_is_drawn_and_those_that_lead_back_are_told_apart() -> None:
    picture = ElementTree.fromstring(
        draw(flow(message("a", "A", leads="b"), message("b", "B", leads="a")))
    )
    kinds = [node.get("class") for node in picture.iter(f"{SVG}path") if node.get("marker-end")]
    assert sorted(kinds, key=str) == ["link", "link back"]


def test_what_the_start_does_not_lead_to_is_pale() -> None:
    picture = ElementTree.fromstring(draw(flow(message("a", "A"), message("lost", "B"))))
    pale = [g for g in picture.iter(f"{SVG}g") if g.get("opacity")]
    assert [text.text for g in pale for text in g.iter(f"{SVG}text")][1] == "lost"


@given(st.text(max_size=60), st.text(max_size=40))
@settings(deadline=None)
def test_any_text_makes_valid_xml(said: str, known: str) -> None:
    said = said.encode(errors="ignore").decode() or "x"
    known = known.encode(errors="ignore").decode() or "y"
    note = action("n", "UpdateContactAttributes", {"Attributes": {known: said}}, leads="hang up")
    ElementTree.fromstring(draw(flow(message("m", f".{said}", leads="n"), note)))
