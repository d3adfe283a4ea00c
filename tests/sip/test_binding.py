from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from sip.binding import Binding, Bindings
from sip.flow import TCP, UDP, Flow


def binding(uri: str = "sip:a@10.0.0.2", **more: object) -> Binding:
    return Binding(uri, Flow(UDP, "10.0.0.2", 5060), False, "c", 1, 100.0, **more)  # type: ignore[arg-type]


def test_it_is_written_with_what_is_not_usual_about_it() -> None:
    assert binding().written("", 0.5) == "<sip:a@10.0.0.2>;expires=100"
    whole = binding(q=0.25, instance="urn:x:1", reg_id=2).written("sip:a@h;gr=urn:x:1", 90.0)
    assert whole == (
        '<sip:a@10.0.0.2>;expires=10;q=0.25;+sip.instance="<urn:x:1>";reg-id=2'
        ';pub-gruu="sip:a@h;gr=urn:x:1"'
    )


def test_the_bindings_of_a_user_are_due_when_the_first_one_is() -> None:
    ticked: list[float] = []
    held = Bindings("a", lambda user, now: ticked.append(now))
    assert held.deadline == inf
    held.held = (binding(), binding("sip:a@10.0.0.3"))
    assert held.deadline == 100.0
    held.tick(100.0)
    assert ticked == [100.0]


def test_they_are_called_by_q_then_the_last_first() -> None:
    held = Bindings("a", lambda user, now: None)
    held.held = tuple(binding(f"sip:{n}", q=q) for n, q in enumerate((0.5, 1.0, 1.0)))
    assert [each.uri for each in held.in_order()] == ["sip:2", "sip:1", "sip:0"]


@pytest.mark.parametrize(
    ("uri", "nat", "path", "stranded"),
    [
        ("sip:a@10.0.0.2:5070;transport=tcp", False, (), False),
        ("sip:a@10.0.0.2:5070;transport=tcp", True, (), True),
        ("sip:a@10.0.0.2:40001;transport=tcp", False, (), True),
        ("sip:a@phone.example", False, (), False),
        ("sip:a@10.0.0.2:40001;transport=tcp", False, ("<sip:10.0.0.2;lr>",), False),
    ],
)
def test_who_is_lost_with_a_connection(
    uri: str, nat: bool, path: tuple[str, ...], stranded: bool
) -> None:
    one = replace(binding(uri, path=path), behind_nat=nat)
    assert not one.is_stranded
    assert replace(one, flow=Flow(TCP, "10.0.0.2", 40001, 7)).is_stranded == stranded
