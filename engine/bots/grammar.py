"""A bot that knows keys and words: one thing said and the session, to what is understood. Pure.

    nothing yet --an intent's key or word--> its slots, one after the other --> Close
        +-- anything else: "again", `tries` times, then the intent FallbackIntent

Input and output are those of Lex V2's RecognizeText; all it has to remember is in the session.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from config.bots import Bot, Intent, Slot

Json = dict[str, Any]
FALLBACK = "FallbackIntent"
MISSES = "earshot:misses"
"""In the session: how often in a row nothing was understood."""


def recognise(bot: Bot, said: str, session: Mapping[str, Any]) -> Json:
    """`said` is keys or text, "" where nobody said anything."""
    said = said.strip()
    intent = meant(bot, session.get("intent", {}).get("name", ""))
    if intent is None:
        intent = next((each for each in bot.intents if is_meant(each, said)), None)
        if intent is None:
            return missed(bot, session, {"type": "ElicitIntent"})
        return go_on(intent, {}, session)
    slots = dict(session["intent"]["slots"])
    wanted = unfilled(intent, slots)
    if wanted is None or not re.fullmatch(wanted.pattern, said):
        return missed(bot, session, dict(session["dialogAction"]))
    slots[wanted.name] = {"value": {"originalValue": said, "interpretedValue": said}}
    return go_on(intent, slots, session)


def meant(bot: Bot, name: str) -> Intent | None:
    return next((each for each in bot.intents if each.name == name), None)


def is_meant(intent: Intent, said: str) -> bool:
    spoken = said.casefold()
    return said in intent.keys or any(
        re.search(rf"\b{re.escape(word.casefold())}\b", spoken) for word in intent.words
    )


def unfilled(intent: Intent, slots: Mapping[str, Any]) -> Slot | None:
    return next((each for each in intent.slots if not slots.get(each.name)), None)


def go_on(intent: Intent, filled: Json, session: Mapping[str, Any]) -> Json:
    """Ask for the next slot; without another one the intent is ready."""
    slots = {each.name: filled.get(each.name) for each in intent.slots}
    wanted = unfilled(intent, slots)
    if wanted:
        action: Json = {"type": "ElicitSlot", "slotToElicit": wanted.name}
    else:
        action = {"type": "Close"}
    state = "InProgress" if wanted else "ReadyForFulfillment"
    understood = {"name": intent.name, "slots": slots, "state": state}
    return answer(session, understood, action, wanted.prompt if wanted else intent.closing, 0)


def missed(bot: Bot, session: Mapping[str, Any], action: Json) -> Json:
    misses = int(session.get(MISSES, 0)) + 1
    if misses >= bot.tries:
        failed = {"name": FALLBACK, "slots": {}, "state": "Failed"}
        return answer(session, failed, {"type": "Close"}, "", misses)
    intent = session.get("intent", {})
    slot = wanted_slot(bot, intent, action)
    said = f"{bot.again} {slot.prompt}" if slot else bot.again
    return answer(session, dict(intent), action, said, misses)


def wanted_slot(bot: Bot, intent: Mapping[str, Any], action: Mapping[str, Any]) -> Slot | None:
    known = meant(bot, intent.get("name", ""))
    slots = known.slots if known else ()
    return next((each for each in slots if each.name == action.get("slotToElicit")), None)


def answer(session: Mapping[str, Any], intent: Json, action: Json, said: str, misses: int) -> Json:
    state = {**session, "intent": intent, "dialogAction": action, MISSES: misses}
    messages = [{"contentType": "PlainText", "content": said}] if said else []
    return {"sessionState": state, "messages": messages, "interpretations": [{"intent": intent}]}
