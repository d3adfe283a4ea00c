from __future__ import annotations

from math import inf

from sip.binding import Binding, Bindings
from sip.flow import UDP, Flow


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
