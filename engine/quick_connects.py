"""Where quick connects lead: through the transfer flow that each names, or straight on."""

from __future__ import annotations

from collections.abc import Callable

from engine.agents import own_queue
from engine.directory import Kind, Resource, Resources
from engine.transfer import Destination, ToAgent, ToFlow, ToQueue, ToThirdParty
from flows import Flow


class QuickConnects:
    """`library` finds the flows; one that is not published runs for nobody, and then an agent or a
    queue is transferred to without."""

    def __init__(self, resources: Resources, library: Callable[[str], Flow | None]) -> None:
        self._resources, self._library = resources, library

    def named(self, name: str) -> Destination | None:
        one = self._resources.named(Kind.QUICK_CONNECT, name)
        return self.destination(one) if one else None

    def destination(self, one: Resource) -> Destination | None:
        """None where it leads nowhere any more."""
        config = one.facts["QuickConnectConfig"]
        match config["QuickConnectType"]:
            case "USER":
                user = self._resources.find(Kind.USER, config["UserConfig"]["UserId"])
                if user is None:
                    return None
                straight = ToAgent(user.name)
                return self._through(config["UserConfig"], own_queue(user.name), straight)
            case "QUEUE":
                queue = self._resources.find(Kind.QUEUE, config["QueueConfig"]["QueueId"])
                if queue is None:
                    return None
                return self._through(config["QueueConfig"], queue.id, ToQueue(queue.id))
            case "PHONE_NUMBER":
                return ToThirdParty(config["PhoneConfig"]["PhoneNumber"])
        return self._through(config["FlowConfig"], "", None)

    def _through(
        self, given: dict[str, str], queue: str, straight: Destination | None
    ) -> Destination | None:
        flow = given["ContactFlowId"]
        return ToFlow(flow, queue) if self._library(flow) else straight
