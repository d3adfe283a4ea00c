"""Contact flows on disk: those that numbers and queues run, and those that flows lead to."""

from __future__ import annotations

import json
from pathlib import Path

import structlog

from config import Settings
from flows import Flow, FlowError, read

log = structlog.get_logger("engine")


class FlowFileError(Exception):
    """A flow cannot be read; the text says which one and why."""


def load_flows(settings: Settings) -> dict[str, Flow]:
    """By the number that runs them. Raises FlowFileError."""
    return {number.number: load_flow(number.flow) for number in settings.numbers}


def load_whispers(settings: Settings) -> dict[str, Flow]:
    """By the queue that calls outside. Raises FlowFileError."""
    return {
        queue.name: load_flow(queue.outbound_flow, "OUTBOUND_WHISPER")
        for queue in settings.queues
        if queue.outbound_flow
    }


def load_library(directory: Path) -> dict[str, Flow]:
    """Every flow and module there, by its file's name without suffix and by the name it gives
    itself; a file's name goes first. Raises FlowFileError."""
    flows: dict[str, Flow] = {}
    named: dict[str, Flow] = {}
    for path in sorted(directory.glob("*.json")):
        flow = flows[path.stem] = load_flow(path)
        if name := own_name(path):
            named.setdefault(name, flow)
    return named | flows


def load_flow(path: Path, flow_type: str | None = None) -> Flow:
    """Raises FlowFileError."""
    try:
        flow = read(path.read_text(encoding="utf-8-sig"), path.stem, flow_type)
    except (OSError, UnicodeDecodeError) as error:
        raise FlowFileError(f"flow {path}: {error}") from error
    except FlowError as error:
        raise FlowFileError(f"flow {path}:\n{error}") from error
    for warning in flow.warnings:
        log.warning("flow", path=str(path), warning=str(warning))
    return flow


def own_name(path: Path) -> str:
    """What the console wrote into an export; "" where it wrote nothing."""
    document = json.loads(path.read_text(encoding="utf-8-sig"))
    metadata = document.get("Metadata") or document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else ""
