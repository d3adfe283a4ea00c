"""The flows in files: read at the start, and again when the operator says so."""

from __future__ import annotations

import asyncio

import structlog

from config import Settings
from engine.directory import Directory
from engine.flow_files import FlowFileError, by_name, load_flows, load_whispers, read_folder
from engine.flow_library import FlowLibrary
from engine.flow_resources import KINDS, of_files
from engine.records import RecordError

log = structlog.get_logger("engine")


class FlowShelf:
    """`by_number` and `whispers` (by queue) change in place. Raises FlowFileError."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.by_number, self.whispers = load_flows(settings), load_whispers(settings)
        self.files = read_folder(settings.flows.directory)
        self.library = FlowLibrary(by_name(self.files))

    def begin_rereading(self, directory: Directory) -> None:
        self._rereading = asyncio.create_task(self.reread(directory))

    async def reread(self, directory: Directory) -> None:
        """Contacts stay in the flows they are in. Where one file is wrong, all stays as it was."""
        try:
            new = await asyncio.to_thread(FlowShelf, self._settings)
            await directory.align(list(of_files(new.files)), KINDS)
        except (FlowFileError, RecordError) as error:
            log.error("flows not read again: the former ones stay", error=str(error))
            return
        self.by_number.update(new.by_number)
        self.whispers.update(new.whispers)
        self.files, self.library.flows = new.files, new.library.flows
        log.info("flows read again", files=len(self.files))
