import pytest

from config import NumberPlan
from engine.own_numbers import OwnNumbers

OURS = OwnNumbers(["+49305550100", "1000", "support", "agent1"], NumberPlan(country_code="49"))


@pytest.mark.parametrize(
    "dialled", ["+49305550100", "0049305550100", "0305550100", "+49 30 5550-100", "(030)5550100"]
)
def test_a_number_of_ours_is_known_however_it_is_dialled(dialled: str) -> None:
    assert OURS.spelled(dialled) == "+49305550100"


@pytest.mark.parametrize(
    ("dialled", "spelled"), [("10-00", "1000"), ("support", "support"), ("agent1", "agent1")]
)
def test_so_is_a_short_one_and_a_name_is_itself(dialled: str, spelled: str) -> None:
    assert OURS.spelled(dialled) == spelled


@pytest.mark.parametrize("dialled", ["+49305550101", "0030 5550100", "100", "nobody", ""])
def test_what_is_not_ours_stays_as_it_was_dialled(dialled: str) -> None:
    assert OURS.spelled(dialled) == dialled


def test_a_number_that_was_claimed_meanwhile_is_known_at_once() -> None:
    claimed = set[str]()
    ours = OwnNumbers(["support"], NumberPlan(country_code="49"), claimed.__contains__)
    assert ours.spelled("0305550100") == "0305550100"
    claimed.add("+49305550100")
    assert ours.spelled("0305550100") == "+49305550100"


def test_a_number_that_is_configured_in_the_spelling_of_the_country_is_known_in_e164() -> None:
    ours = OwnNumbers(["0305550100"], NumberPlan(country_code="49"))
    assert ours.spelled("+49305550100") == "0305550100"
