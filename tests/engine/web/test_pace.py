import pytest

from engine.refused import Refused
from engine.web.pace import Pace


def test_so_many_at_once_and_then_so_many_a_second() -> None:
    pace = Pace(per_second=2, burst=3)
    for _ in range(3):
        pace.check("ann", 10.0)
    with pytest.raises(Refused, match="ann asks faster than 2 times") as refused:
        pace.check("ann", 10.4)
    assert (refused.value.status, refused.value.error) == (429, "ThrottlingException")
    pace.check("ann", 10.5)
    with pytest.raises(Refused):
        pace.check("ann", 10.9)


def test_a_long_rest_is_good_for_one_burst_and_no_more() -> None:
    pace = Pace(per_second=2, burst=3)
    for _ in range(3):
        pace.check("ann", 1000.0)
    with pytest.raises(Refused):
        pace.check("ann", 1000.0)


def test_who_asks_too_fast_is_in_nobody_elses_way() -> None:
    pace = Pace(per_second=1, burst=1)
    pace.check("ann", 0.0)
    pace.check("bob", 0.0)
    with pytest.raises(Refused):
        pace.check("ann", 0.0)
