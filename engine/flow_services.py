"""What flows ask of services outside, and are told when those have answered."""

from __future__ import annotations

import structlog

from config import Settings
from engine.bots import BotFailed, Bots
from engine.contact import Contact
from engine.functions import FunctionFailed, Functions, contact_flow_event
from engine.live import LiveContact
from engine.media_stream import NoStream
from engine.registry import Registry
from engine.streaming import Streaming
from flows import Converse, Done, Event, Failed, InvokeFunction, Returned, StreamMedia
from mixer import Farm

Served = InvokeFunction | Converse | StreamMedia
log = structlog.get_logger("engine.flow")


class FlowServices:
    """Functions, bots and media streaming; `open` before the first contact, `close` after the
    last."""

    def __init__(self, settings: Settings, mixer: Farm, registry: Registry) -> None:
        self._instance_arn = settings.web.instance_arn
        self._functions = Functions(settings.lambda_functions, settings.functions)
        self._bots = Bots(settings.bots)
        self.streaming = Streaming(settings.streaming, mixer, registry)

    def open(self) -> None:
        self._functions.open()
        self._bots.open()

    async def close(self) -> None:
        await self._functions.close()
        await self._bots.close()
        await self.streaming.close()

    async def serve(self, live: Contact, ask: Served) -> Event:
        """Failed, once it is logged why, for whatever a service does wrong."""
        try:
            match ask:
                case Converse():
                    return Returned(await self._converse(live, ask))
                case InvokeFunction():
                    return Returned(await self._invoke(live, ask))
                case StreamMedia(directions):
                    assert isinstance(live, LiveContact), "a chat has nothing to stream"
                    await self.streaming.start(live, directions)
                    return Done()
        except (BotFailed, FunctionFailed, NoStream) as error:
            log.warning(
                "service failed", contact_id=live.contact_id, service=name(ask), error=str(error)
            )
            return Failed()

    async def _invoke(self, live: Contact, ask: InvokeFunction) -> object:
        event = contact_flow_event(live, ask.parameters, self._instance_arn)
        if ask.waits:
            return await self._functions.invoke(ask.function, event, ask.seconds)
        self._functions.begin(ask.function, event, ask.seconds)
        return None

    async def _converse(self, live: Contact, ask: Converse) -> object:
        if ask.said is None:
            self._bots.find(ask.bot)
            return {"sessionState": ask.session}
        language = live.system.get("LanguageCode", "")
        return await self._bots.tell(ask.bot, ask.said, ask.session, live.contact_id, language)


def name(ask: Served) -> str:
    match ask:
        case Converse():
            return ask.bot
        case InvokeFunction():
            return ask.function
        case StreamMedia():
            return "media streaming"
