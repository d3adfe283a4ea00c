"""Contact flows on disk: those that numbers and queues run, and those that flows lead to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from config import Settings
from flows import Flow, FlowError, read
from flows.language import FLOW_TYPES

CONTACT_FLOW, MODULE = "CONTACT_FLOW", "CONTACT_FLOW_MODULE"
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


@dataclass(frozen=True, slots=True)
class FlowFile:
    """A flow or module of the folder; `id` is the file's name without suffix."""

    id: str
    name: str
    """What it calls itself, where no other file is called so, else as `id`."""
    type: str
    """As the API names it; CONTACT_FLOW_MODULE is a module."""
    content: str
    modified: datetime
    flow: Flow


def read_folder(directory: Path) -> list[FlowFile]:
    """Every flow and module there, by id. Raises FlowFileError."""
    paths = sorted(directory.glob("*.json"))
    taken = {path.stem for path in paths}
    files = []
    for path in paths:
        flow = load_flow(path)
        content = path.read_text(encoding="utf-8-sig")
        name, kind = described(json.loads(content))
        name = name if name and name not in taken else path.stem
        taken.add(name)
        modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        files.append(FlowFile(path.stem, name, kind, content, modified, flow))
    return files


def by_name(files: Iterable[FlowFile]) -> dict[str, Flow]:
    """By the file's name without suffix and by the name it gives itself."""
    return {key: file.flow for file in files for key in (file.id, file.name)}


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


def described(document: Any) -> tuple[str, str]:
    """Name and type, by its API name, that the console wrote into an export; "" where it wrote no
    name. Without a type it is a contact flow, or a module where it has a module's Settings."""
    metadata = document.get("Metadata") or document.get("metadata")
    found = metadata if isinstance(metadata, dict) else {}
    written = found.get("type") or document.get("type")
    known = {name: api for api, name in FLOW_TYPES.items()}
    usual = MODULE if "Settings" in document else CONTACT_FLOW
    name = found.get("name")
    return name if isinstance(name, str) else "", known.get(str(written), usual)
