"""Bots that flows let customers talk with.

`grammar` is the bot that is shipped: keys and words of the configuration, understood here; `bots`
finds whom a flow names and asks it, the grammar or a service over HTTP.

Both speak Lex V2's RecognizeText. A service is posted its input, JSON with botId, sessionId,
localeId, text ("" where the customer pressed nothing) and sessionState, and answers its output:
sessionState with intent, slots and dialogAction, messages, interpretations. What is not answered in
time, or is more than 32 kB, or no JSON object, takes the flow's error branch.

Speech comes as text from whoever the customer is streamed to (`engine.media_stream`): a server with
Vosk or Whisper in it, say. None is shipped.
"""

from engine.bots.bots import BotFailed, Bots

__all__ = ["BotFailed", "Bots"]
