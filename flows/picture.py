"""A flow as a picture: SVG text, blocks left to right, every way out of a block labelled."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, fields
from xml.sax.saxutils import escape, quoteattr

from flows.document import Block, Flow, Speaks
from flows.language import ANY, NO_CONDITION
from flows.layout import Box, Layout, Link, Point, arrange
from flows.unavailable import Unavailable

WIDTH = 250.0  # of a block, in pixels
LINE = 16.0
PADDING = 9.0
CHARACTERS = 34  # that fit on a line
HEADER = 26.0
MAX_TEXT_LINES = 4
MARGIN = 24.0
UNREACHED = "#b8bec6"
SPEAKS, CHOOSES, CHANGES, ENDS, ABSENT = "#2f6fb5", "#b07a16", "#2f8a5b", "#b5443c", "#7a828c"
SIGNS = {
    "Equals": "=",
    "TextStartsWith": "starts with",
    "TextEndsWith": "ends with",
    "TextContains": "contains",
    "NumberGreaterThan": ">",
    "NumberGreaterOrEqualTo": "≥",
    "NumberLessThan": "<",
    "NumberLessOrEqualTo": "≤",
    "KeyExists": "has",
}
STYLE = """
  text { font: 12px "DejaVu Sans", "Helvetica Neue", Arial, sans-serif; fill: #1d2530 }
  .type { font-weight: bold; fill: #fff }
  .name { fill: #5b6573; font-size: 11px }
  .way { font-size: 11px; text-anchor: end }
  .link { fill: none; stroke: #6b7683; stroke-width: 1.4 }
  .back { stroke: #a05a9c; stroke-dasharray: 5 3 }
  .error { stroke: #c9837d }
"""


@dataclass(frozen=True, slots=True)
class Exit:
    """All ways from a block to one target, as the lines of their label."""

    target: str
    lines: tuple[str, ...]
    only_errors: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A block as it is drawn: its texts, and how far below its top they stand."""

    block: Block
    texts: tuple[str, ...]
    exits: tuple[Exit, ...]

    @property
    def height(self) -> float:
        lines = len(self.texts) + sum(len(each.lines) for each in self.exits)
        return HEADER + lines * LINE + 2 * PADDING

    def ports(self) -> Iterator[tuple[Exit, float, float]]:
        """Exit, baseline of its first line, and where its link leaves."""
        y = HEADER + PADDING + len(self.texts) * LINE
        for each in self.exits:
            yield each, y + 11, y + len(each.lines) * LINE / 2
            y += len(each.lines) * LINE

    @property
    def colour(self) -> str:
        block = self.block
        if isinstance(block.action, Unavailable):
            return ABSENT
        if not self.exits:
            return ENDS
        if isinstance(block.action, Speaks):
            return SPEAKS
        return CHOOSES if block.conditions or block.type == "Compare" else CHANGES


def draw(flow: Flow) -> str:
    """An SVG document. Blocks that the start does not lead to are pale."""
    reached = reachable(flow)
    names = [*reached, *(name for name in flow.blocks if name not in reached)]
    cards = {name: card_of(flow.blocks[name]) for name in names}
    links = {
        (name, each.target): Link(name, each.target, port)
        for name, card in cards.items()
        for each, _, port in card.ports()
    }
    boxes = [Box(name, WIDTH, card.height, HEADER / 2) for name, card in cards.items()]
    layout = arrange(boxes, links.values())
    parts = [*link_parts(cards, links, layout)]
    for name, card in cards.items():
        parts += card_parts(card, layout.corners[name], name == flow.start, name in reached)
    return document(flow.name, layout, parts)


def document(name: str, layout: Layout, parts: list[str]) -> str:
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN + LINE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}"'
            f' viewBox="0 0 {width:.0f} {height:.0f}">',
            f"<title>{escape(printable(name))}</title>",
            f"<style>{STYLE}</style>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8"'
            ' markerHeight="8" orient="auto">',
            '<path d="M0 0L8 4L0 8z" fill="#6b7683"/></marker></defs>',
            '<rect width="100%" height="100%" fill="#fbfbfc"/>',
            f'<g transform="translate({MARGIN:g} {MARGIN + LINE:g})">',
            *parts,
            "</g>",
            "</svg>",
            "",
        ]
    )


def reachable(flow: Flow) -> dict[str, None]:
    """In the order in which a walk from the start meets them."""
    seen: dict[str, None] = {}
    waiting = [flow.start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen[name] = None
            waiting += reversed([each.target for each in exits_of(flow.blocks[name])])
    return seen


def card_of(block: Block) -> Card:
    texts = []
    if not looks_random(block.identifier):
        texts.append(block.identifier)
    if summary := summary_of(block):
        lines = textwrap.wrap(
            printable(summary), CHARACTERS, max_lines=MAX_TEXT_LINES, placeholder=" …"
        )
        texts += lines
    return Card(block, tuple(texts), exits_of(block))


def looks_random(identifier: str) -> bool:
    """A UUID tells a reader nothing."""
    return len(identifier) >= 32 and set(identifier) <= set("0123456789abcdefABCDEF-")


def summary_of(block: Block) -> str:
    """What is played, else the first thing the block's parameters name."""
    action = block.action
    if isinstance(action, Speaks) and action.prompts:
        return " / ".join(prompt.value for prompt in action.prompts)
    for each in fields(action):  # type: ignore[arg-type]  # every action is a dataclass
        value = getattr(action, each.name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, dict) and value:
            return ", ".join(f"{name} = {given}" for name, given in value.items())
    return ""


def exits_of(block: Block) -> tuple[Exit, ...]:
    """Ways that lead to the same block are one, as most errors do."""
    labels: dict[str, list[str]] = {}
    good: set[str] = set()
    for condition in block.conditions:
        sign = SIGNS.get(condition.operator, condition.operator)
        labels.setdefault(condition.next_action, []).append(f"{sign} {condition.operand}")
        good.add(condition.next_action)
    if block.next_action is not None and not block.conditions:
        labels.setdefault(block.next_action, []).insert(0, "next")
        good.add(block.next_action)
    for error, target in block.errors.items():
        known = {ANY: "error", NO_CONDITION: "no match"}
        labels.setdefault(target, []).append(known.get(error, error))
    return tuple(
        Exit(target, tuple(wrapped(", ".join(ways))), target not in good)
        for target, ways in labels.items()
    )


def wrapped(label: str) -> list[str]:
    return textwrap.wrap(
        printable(label), CHARACTERS, max_lines=MAX_TEXT_LINES, placeholder=" …"
    ) or ["?"]


def link_parts(
    cards: dict[str, Card], links: dict[tuple[str, str], Link], layout: Layout
) -> Iterator[str]:
    for name, card in cards.items():
        for each, _, _ in card.ports():
            link = links[name, each.target]
            back = link in layout.backward
            kind = "link back" if back else "link error" if each.only_errors else "link"
            way = angular(layout.ways[link]) if back else curved(layout.ways[link])
            yield f'<path class="{kind}" d="{way}" marker-end="url(#tip)"/>'


def curved(points: tuple[Point, ...]) -> str:
    """Level at every point; straight across the columns it passes."""
    (x, y), *rest = points
    parts = [f"M{x:.1f} {y:.1f}"]
    for index, (to_x, to_y) in enumerate(rest):
        if index % 2:  # beneath or above a box of a column it passes
            parts.append(f"L{to_x:.1f} {to_y:.1f}")
        else:
            middle = (x + to_x) / 2
            parts.append(f"C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}")
        x, y = to_x, to_y
    return "".join(parts)


def angular(points: tuple[Point, ...]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def card_parts(card: Card, corner: Point, is_start: bool, is_reached: bool) -> Iterator[str]:
    x, y = corner
    faint = "" if is_reached else ' opacity="0.45"'
    stroke = "#1d2530" if is_start else card.colour
    yield f'<g transform="translate({x:.1f} {y:.1f})"{faint}>'
    yield f"<title>{escape(printable(card.block.identifier))}</title>"
    yield (
        f'<rect width="{WIDTH:g}" height="{card.height:g}" rx="6" fill="#fff"'
        f' stroke={quoteattr(stroke)} stroke-width="{3 if is_start else 1.4:g}"/>'
    )
    yield (
        f'<path d="M0 {HEADER:g}V6a6 6 0 0 1 6-6h{WIDTH - 12:g}a6 6 0 0 1 6 6V{HEADER:g}z"'
        f' fill="{card.colour}"/>'
    )
    yield f'<text class="type" x="{PADDING:g}" y="17">{escape(card.block.type[:34])}</text>'
    for index, text in enumerate(card.texts):
        named = index == 0 and text == card.block.identifier
        kind = ' class="name"' if named else ""
        height = HEADER + PADDING + index * LINE + 11
        yield f'<text{kind} x="{PADDING:g}" y="{height:g}">{escape(text)}</text>'
    for each, baseline, port in card.ports():
        for index, line in enumerate(each.lines):
            height = baseline + index * LINE
            yield f'<text class="way" x="{WIDTH - PADDING:g}" y="{height:g}">{escape(line)}</text>'
        yield f'<circle cx="{WIDTH:g}" cy="{port:g}" r="3.5" fill="{card.colour}"/>'
    yield "</g>"


def printable(text: str) -> str:
    """Without what XML 1.0 §2.2 does not allow."""
    return "".join(c if c.isprintable() else " " for c in text)
