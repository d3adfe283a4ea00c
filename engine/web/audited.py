"""Connect's operations that change the directory or flows, each with a line in the audit trail.
Pure. Those on contacts and agents leave a line of their own, with what came of it.

What was asked for is in the line as far as it names things: ids, names and permissions, never a
password, an address or an attribute.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from engine.web.caller import Caller
from engine.web.dispatch import Handler

READS = ("BatchGet", "Describe", "Get", "List", "Search")
"""What the names of operations that change nothing begin with."""
NAMING = ("Arn", "Id", "Ids", "Name", "Permissions", "Username")
"""What the names of members that are told end with."""
Audit = Callable[[str, str, str | None, str], None]
"""Who, action, contact id, detail."""


def audited(handlers: Mapping[str, Handler], audit: Audit) -> dict[str, Handler]:
    return {
        name: handler if name.startswith(READS) else _audited(name, handler, audit)
        for name, handler in handlers.items()
    }


def _audited(name: str, handler: Handler, audit: Audit) -> Handler:
    async def carried_out(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
        answer = await handler(caller, given)
        audit(caller.name, name, None, told(given | answer))
        return answer

    return carried_out


def told(members: Mapping[str, Any]) -> str:
    """What names things, as JSON."""
    naming = {key: value for key, value in members.items() if key.endswith(NAMING)}
    naming.pop("InstanceId", None)
    return json.dumps(naming, default=str, ensure_ascii=False, sort_keys=True)
