"""What is too old to be kept: rules by queue, flow and age. Pure; holds are the database's work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.storage import RetentionRule


@dataclass(frozen=True, slots=True)
class Ended:
    """A contact that is over and was recorded."""

    contact_id: str
    queue: str | None
    flow: str | None
    at: datetime


def expired(rules: Sequence[RetentionRule], contact: Ended, now: datetime) -> str | None:
    """Why its recordings go; None where they stay."""
    for rule in rules:
        if rule.queue in (None, contact.queue) and rule.flow in (None, contact.flow):
            over = now - contact.at >= timedelta(days=rule.days)
            return in_words(rule) if over else None
    return None


def shortest(rules: Sequence[RetentionRule]) -> timedelta:
    """No contact younger than this is touched by any of these rules; there must be one."""
    return timedelta(days=min(rule.days for rule in rules))


def in_words(rule: RetentionRule) -> str:
    named = {"queue": rule.queue, "flow": rule.flow}
    which = "".join(f", {kind} {name}" for kind, name in named.items() if name)
    return f"kept for {rule.days} days{which}"
