"""What flows ask of services outside, and are told when those have answered."""

from __future__ import annotations

import structlog

from engine.functions import FunctionFailed, Functions, contact_flow_event
from engine.live import LiveContact
from flows import Event, Failed, InvokeFunction, Returned

Served = InvokeFunction
log = structlog.get_logger("engine.flow")


class FlowServices:
    def __init__(self, functions: Functions, instance_arn: str) -> None:
        self._functions, self._instance_arn = functions, instance_arn

    async def serve(self, live: LiveContact, ask: Served) -> Event:
        """Failed, once it is logged why, for whatever a service does wrong."""
        event = contact_flow_event(live, ask.parameters, self._instance_arn)
        try:
            if ask.waits:
                return Returned(await self._functions.invoke(ask.function, event, ask.seconds))
            self._functions.begin(ask.function, event, ask.seconds)
        except FunctionFailed as error:
            log.warning(
                "function failed",
                contact_id=live.contact_id,
                function=ask.function,
                error=str(error),
            )
            return Failed()
        return Returned()
