from __future__ import annotations

from math import inf

import pytest

from flows.asks import Collect, Prompt
from flows.collecting import Collecting
from flows.events import DigitsEntered, Event, InputTimedOut

PROMPT = Prompt("text", "1 or 2?")


def collect(**values: object) -> Collect:
    given: dict[str, object] = {
        "prompt": None,
        "max_digits": 4,
        "first_digit_seconds": 8.0,
        "next_digit_seconds": 5.0,
        "terminator": "#",
        "cancel": True,
        **values,
    }
    return Collect(**given)  # type: ignore[arg-type]


def menu(prompt: Prompt | None = None) -> Collect:
    return collect(prompt=prompt, max_digits=1, terminator="", cancel=False)


def press(one: Collecting, keys: str, at: float = 0.0) -> Event | None:
    """One key each second, the first at once; the answer, if there is one."""
    for number, key in enumerate(keys):
        if entered := one.press(key, at + number):
            assert number == len(keys) - 1, "nothing is pressed after the answer"
            return entered
    return None


def test_nothing_is_due_while_the_prompt_plays_and_then_the_first_key_is_waited_for() -> None:
    one = Collecting(menu(PROMPT), now=10.0)
    assert one.deadline == inf and one.tick(1e9) is None
    one.prompt_ended(12.0)
    assert one.deadline == 20.0
    assert one.tick(19.9) is None
    assert one.tick(20.0) == InputTimedOut()
    assert one.deadline == inf


@pytest.mark.parametrize("key", list("0123456789*#"))
def test_every_key_chooses_from_a_menu_in_the_middle_of_its_prompt(key: str) -> None:
    one = Collecting(menu(PROMPT), now=0.0)
    assert one.press(key, 1.0) == DigitsEntered(key)
    assert one.deadline == inf and one.tick(1e9) is None


@pytest.mark.parametrize(
    ("keys", "entered"),
    [("1234", "1234"), ("12#", "12"), ("#", ""), ("9*12#", "12"), ("12**34#", "34")],
)
def test_a_number_ends_with_its_length_or_its_terminator(keys: str, entered: str) -> None:
    assert press(Collecting(collect(), now=0.0), keys) == DigitsEntered(entered)


def test_a_number_ends_when_the_next_key_takes_too_long() -> None:
    one = Collecting(collect(prompt=PROMPT), now=0.0)
    assert press(one, "12", at=1.0) is None
    assert one.deadline == 7.0
    one.prompt_ended(3.0)  # it was silenced meanwhile; that was late
    assert one.deadline == 7.0
    assert one.tick(7.0) == DigitsEntered("12")


def test_who_cancels_begins_anew_and_may_take_as_long_as_before() -> None:
    one = Collecting(collect(prompt=PROMPT), now=0.0)
    assert press(one, "12*", at=1.0) is None
    assert one.deadline == 3.0 + 8.0
    assert one.tick(11.0) == InputTimedOut()


def test_without_a_key_to_cancel_a_star_is_a_key() -> None:
    assert press(Collecting(collect(cancel=False), now=0.0), "1*2#") == DigitsEntered("1*2")


def test_a_terminator_may_be_several_keys_which_end_the_number_together() -> None:
    one = Collecting(collect(terminator="##", max_digits=20), now=0.0)
    assert press(one, "1#2##") == DigitsEntered("1#2")


def test_what_was_pressed_is_not_shown() -> None:
    assert "7" not in repr(DigitsEntered("777"))
