"""What the block does that lets the customer talk with a bot: ask, understand, ask again, branch.

    open the conversation -> ask for keys -> what was meant? -> another question: ask for keys
                                                             -> the end: say the last words, branch

A bot answers as Lex V2's RecognizeText does; whoever runs the contact finds one by its name. What
it has understood is $.Lex. `read` checks the parameters and notes what is wrong with them; `run`
may rely on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from flows.asks import Collect, Converse, Play, Prompt
from flows.document import Block, Outcome, failed
from flows.events import DigitsEntered, Event, PromptEnded, Returned
from flows.expressions import Scope
from flows.function_blocks import texts
from flows.node import Node
from flows.participant_blocks import PROMPTS, read_prompt, resolve

LEX = "Lex"
MAX_TURNS = 50  # in one conversation
MAX_KEYS = 1024
FIRST_KEY_SECONDS, NEXT_KEY_SECONDS = 4.0, 5.0  # the defaults of Lex
START_TIMEOUT = "x-amz-lex:audio:start-timeout-ms:*:*"
END_TIMEOUT = "x-amz-lex:dtmf:end-timeout-ms:*:*"
LONGEST = "x-amz-lex:dtmf:max-length:*:*"
END_KEY = "x-amz-lex:dtmf:end-character:*:*"
"""Session attributes by which authors change these, for every intent and slot."""
GOES_ON = frozenset({"ElicitIntent", "ElicitSlot", "ConfirmIntent"})
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ConnectParticipantWithLexBot:
    prompt: Prompt | None
    bot: str
    attributes: Mapping[str, str]

    @classmethod
    def read(cls, parameters: Node) -> Self:
        asks = any(parameters.child(name).present for name in PROMPTS)
        alias = parameters.child("LexV2Bot").child("AliasArn")
        name = parameters.child("LexBot").child("Name")
        if not alias.present and not name.present:
            parameters.doubtful("name no bot: LexV2Bot with AliasArn, or LexBot with Name")
        attributes = parameters.child("LexSessionAttributes")
        return cls(
            read_prompt(parameters) if asks else None,
            alias.text() if alias.present else name.text() if name.present else "",
            attributes.texts(),
        )

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        return (self.prompt,) if self.prompt else ()

    def run(self, block: Block, scope: Scope) -> Outcome:
        bot = scope.text(self.bot)
        if not bot:
            return failed(f"no bot is named: {self.bot!r} is empty")
        if scope.is_chat:
            return failed("a bot is talked to on voice only")
        attributes = {name: scope.text(value) for name, value in self.attributes.items()}
        scope.turns = 0
        return Outcome((Converse(bot, None, {"sessionAttributes": attributes}),))

    def answered(self, block: Block, scope: Scope, event: Event) -> Outcome:
        match event:
            case Returned(value):
                return self._understood(block, scope, value)
            case PromptEnded():
                return block.branch(scope.lookup((LEX, "IntentName")))
            case DigitsEntered(said):
                return self._tell(scope, said)
        return self._tell(scope, "")

    def _tell(self, scope: Scope, said: str) -> Outcome:
        return Outcome((Converse(scope.text(self.bot), said, scope.session),))

    def _understood(self, block: Block, scope: Scope, answer: object) -> Outcome:
        session = member(answer, "sessionState")
        scope.session = session
        scope.turns += 1
        if scope.turns > MAX_TURNS:
            return failed(f"the bot asked more than {MAX_TURNS} times")
        if scope.turns == 1:
            opening = resolve(self.prompt, scope) if self.prompt else None
            return Outcome((asked(opening, session),))
        scope.receive(LEX, known(answer))
        said = spoken(answer, scope.voice)
        if member(session, "dialogAction").get("type") in GOES_ON:
            return Outcome((asked(said, session),))
        return Outcome((Play(said),)) if said else self.answered(block, scope, PromptEnded())


def asked(prompt: Prompt | None, session: Json) -> Collect:
    """For keys, within the limits that the session has."""
    attributes = member(session, "sessionAttributes")
    return Collect(
        prompt,
        int(limit(attributes, LONGEST, MAX_KEYS)),
        limit(attributes, START_TIMEOUT, FIRST_KEY_SECONDS * 1000) / 1000,
        limit(attributes, END_TIMEOUT, NEXT_KEY_SECONDS * 1000) / 1000,
        str(attributes.get(END_KEY, "#")),
        cancel=True,
        speech=True,
    )


def limit(attributes: Json, name: str, usual: float) -> float:
    """A whole number that an attribute gives, in reason."""
    given = str(attributes.get(name, ""))
    wanted = int(given) if given.isascii() and given.isdigit() and len(given) <= 6 else 0
    return wanted or usual


def known(answer: object) -> dict[str, str]:
    """What $.Lex reads: the intent with its slots, and how sure the bot is of it."""
    session = member(answer, "sessionState")
    intent = member(session, "intent")
    first, *others = interpretations(answer) or [{}]
    found = {
        "IntentName": str(intent.get("name", "")),
        "DialogState": str(intent.get("state", "")),
        **below("Slots", slots(intent)),
        **below("SessionAttributes", texts(member(session, "sessionAttributes"))),
        **confidence("", first),
        **below("SentimentResponse", texts(member(first, "sentimentResponse"))),
    }
    for index, other in enumerate(others):
        at, meant = f"AlternateIntents.{index}.", member(other, "intent")
        found |= {f"{at}IntentName": str(meant.get("name", ""))} | confidence(at, other)
        found |= below(f"{at}Slots", slots(meant))
    return found


def interpretations(answer: object) -> list[Json]:
    found = answer.get("interpretations") if isinstance(answer, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def confidence(at: str, interpretation: Json) -> dict[str, str]:
    score = member(interpretation, "nluConfidence").get("score")
    return {} if score is None else {f"{at}IntentConfidence.Score": str(score)}


def slots(intent: Json) -> dict[str, str]:
    """Those that are filled, as they were interpreted."""
    every = member(intent, "slots")
    values = {name: member(every[name] or {}, "value").get("interpretedValue") for name in every}
    return {name: str(value) for name, value in values.items() if value is not None}


def below(root: str, values: Mapping[str, str]) -> dict[str, str]:
    return {f"{root}.{name}": value for name, value in values.items()}


def spoken(answer: object, voice: str) -> Prompt | None:
    """The messages as one prompt; those that are no text or SSML are for other channels."""
    messages = answer.get("messages") if isinstance(answer, dict) else None
    said: dict[str, list[str]] = {"PlainText": [], "SSML": []}
    for message in messages if isinstance(messages, list) else []:
        if isinstance(message, dict) and message.get("contentType") in said:
            said[message["contentType"]].append(str(message.get("content", "")))
    if said["SSML"]:
        return Prompt("ssml", said["SSML"][0], voice)
    text = " ".join(said["PlainText"]).strip()
    return Prompt("text", text, voice) if text else None


def member(value: object, name: str) -> Json:
    """The object of that name; an empty one where there is none."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
