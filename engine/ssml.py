"""SSML made safe: only tags that change how a text is spoken reach the speech program.

espeak-ng plays `<audio src="...">` by way of a shell, and a text may hold what a caller said of
himself. So nothing is passed on as it came: the text is parsed, and written anew from this table.
"""

from __future__ import annotations

from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

TAGS: dict[str, frozenset[str]] = {  # and the attributes each may carry
    "break": frozenset({"time", "strength"}),
    "emphasis": frozenset({"level"}),
    "p": frozenset(),
    "prosody": frozenset({"rate", "pitch", "range", "volume"}),
    "s": frozenset(),
    "say-as": frozenset({"interpret-as", "format", "detail"}),
    "sub": frozenset({"alias"}),
}  # of any other tag only the content is spoken


class SsmlError(Exception):
    """The text is not well-formed XML."""


def plain_ssml(text: str) -> str:
    """The same speech in known tags only, within <speak>; that tag may be missing in the text.

    Raises SsmlError, also for a document type or an entity: neither belongs into a prompt.
    """
    spoken: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag in TAGS:
            kept = [(name, attributes[name]) for name in attributes if name in TAGS[tag]]
            spoken.append(f"<{tag}{''.join(f' {name}={quoteattr(v)}' for name, v in kept)}>")

    def end(tag: str) -> None:
        if tag in TAGS:
            spoken.append(f"</{tag}>")

    parser = expat.ParserCreate()  # without name spaces: <amazon:effect> is just another tag
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda data: spoken.append(escape(data))
    try:
        parser.Parse(f"<speak>{text}</speak>".encode(errors="replace"), True)
    except expat.ExpatError as error:
        raise SsmlError(f"not well-formed: {error}") from error
    return f"<speak>{''.join(spoken)}</speak>"
