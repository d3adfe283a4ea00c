"""Finds the bot that a flow names and tells it what the customer said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping

from config.bots import Bot
from engine.bots.grammar import recognise
from engine.functions import Endpoint, FunctionFailed, value_of


class BotFailed(Exception):
    """A bot is not there or does not answer as it should; the text says why, without a value."""


class Bots:
    """`open` before the first conversation, `close` after the last."""

    def __init__(self, bots: Iterable[Bot]) -> None:
        self._bots = {each.name: each for each in bots}

    def open(self) -> None:
        self._endpoint = Endpoint()

    def find(self, name: str) -> Bot:
        """Raises BotFailed."""
        bot = self._bots.get(name)
        if bot is None:
            raise BotFailed("nothing is configured for it in [[bots]]")
        return bot

    async def tell(
        self, name: str, said: str, session: Mapping[str, object], conversation: str, language: str
    ) -> object:
        """What it has understood, as Lex V2's RecognizeText answers. Raises BotFailed.

        `conversation` is the same for all that is said in one.
        """
        bot = self.find(name)
        if bot.url is None:
            return recognise(bot, said, session)
        asked = {
            "botId": bot.name,
            "sessionId": conversation,
            "localeId": language,
            "text": said,
            "sessionState": session,
        }
        try:
            async with asyncio.timeout(bot.seconds):
                body = json.dumps(asked).encode()
                return value_of(await self._endpoint.post(bot.url, bot.token, body, bot.seconds))
        except TimeoutError:
            raise BotFailed(f"took longer than {bot.seconds:g} s") from None
        except FunctionFailed as error:
            raise BotFailed(str(error)) from error

    async def close(self) -> None:
        await self._endpoint.close()
