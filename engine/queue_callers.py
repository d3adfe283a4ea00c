"""Who calls for a queue: what those see who are called, and the flow that they hear first. Pure.

What the API says of it (OutboundCallerConfig) goes before the configuration; a queue that has no
number of its own shows that of the trunk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from config import Settings
from engine.directory import Kind, Resources
from engine.hunt import Shown
from flows import Flow


class QueueCallers:
    """Everything is as the directory has it at the moment.

    `whispers` are the flows of the configuration, by queue; `find` finds any flow by its id.
    """

    def __init__(
        self,
        settings: Settings,
        resources: Resources,
        whispers: Mapping[str, Flow],
        find: Callable[[str], Flow | None],
    ) -> None:
        self._configured = {queue.name: queue for queue in settings.queues}
        self._resources, self._whispers, self._find = resources, whispers, find

    def shown(self, queue: str | None) -> Shown:
        """`queue` by its id; None, and an agent's own, show nothing."""
        config, configured = self._config(queue), self._configured.get(queue or "")
        reference = config.get("OutboundCallerIdNumberId", "")
        claimed = self._resources.find(Kind.PHONE_NUMBER, reference)
        number = claimed.name if claimed else configured and configured.caller_id
        return Shown(number or None, config.get("OutboundCallerIdName", ""))

    def whisper(self, queue: str) -> Flow | None:
        """The outbound whisper flow, if there is one."""
        if flow := self._config(queue).get("OutboundFlowId"):
            return self._find(flow)
        return self._whispers.get(queue)

    def _config(self, queue: str | None) -> Mapping[str, Any]:
        found = self._resources.find(Kind.QUEUE, queue or "")
        config: Mapping[str, Any] = found.facts.get("OutboundCallerConfig", {}) if found else {}
        return config
