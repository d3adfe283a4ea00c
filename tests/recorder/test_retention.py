from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from config.storage import RetentionRule
from recorder.retention import Ended, expired, shortest

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RULES = (
    RetentionRule(queue="sales", flow="premium", days=700),
    RetentionRule(queue="sales", days=90),
    RetentionRule(flow="survey", days=7),
    RetentionRule(days=365),
)


def ended(days: float, queue: str | None = None, flow: str | None = None) -> Ended:
    return Ended("contact", queue, flow, NOW - timedelta(days=days))


@pytest.mark.parametrize(
    ("contact", "why"),
    [
        (ended(89.9, "sales"), None),
        (ended(90, "sales"), "kept for 90 days, queue sales"),
        (ended(90, "sales", "survey"), "kept for 90 days, queue sales"),
        (ended(400, "sales", "premium"), None),
        (ended(700, "sales", "premium"), "kept for 700 days, queue sales, flow premium"),
        (ended(8, "support", "survey"), "kept for 7 days, flow survey"),
        (ended(300, "support"), None),
        (ended(365), "kept for 365 days"),
    ],
)
def test_the_first_rule_that_fits_decides(contact: Ended, why: str | None) -> None:
    assert expired(RULES, contact, NOW) == why


def test_what_no_rule_fits_is_kept_for_ever() -> None:
    assert expired(RULES[:3], ended(10_000, "support"), NOW) is None
    assert expired((), ended(10_000), NOW) is None


def test_no_contact_younger_than_the_shortest_rule_need_be_looked_at() -> None:
    assert shortest(RULES) == timedelta(days=7)
