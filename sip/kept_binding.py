"""A binding in plain values, to be written down and read again after a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from sip.binding import Binding
from sip.flow import Flow, Here, flow_to
from sip.headers import NameAddr


@dataclass(frozen=True, slots=True)
class KeptBinding:
    """`seconds` is how long it holds from now on; `facts` is all the rest, fit for JSON."""

    username: str
    seconds: float
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, username: str, binding: Binding, now: float) -> Self:
        facts = asdict(binding) | {"flow": binding.flow._asdict()}
        return cls(username, facts.pop("expires_at") - now, facts)

    def binding(self, here: Here, now: float) -> Binding | None:
        """What it is on another clock; None when it is over, or was made by another version.

        A connection did not survive, so who was reached by one is reached by his Contact, if that
        can be done at all; behind NAT it cannot.
        """
        try:
            facts = {**self.facts, "path": tuple(self.facts["path"])}
            was = Binding(**(facts | {"flow": Flow(**facts["flow"]), "expires_at": now}))
        except (KeyError, TypeError):
            return None
        flow = was.flow if was.flow.connection is None else _anew(was)
        if flow is None or self.seconds <= 0:
            return None
        return replace(was, flow=here.still(flow), expires_at=now + self.seconds)


def _anew(was: Binding) -> Flow | None:
    next_hop = NameAddr.parse(was.path[0]).uri if was.path else was.uri
    return None if was.behind_nat else flow_to(next_hop)
