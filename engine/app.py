"""From settings to a running engine and back: the checks first, then the parts, then the doors."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from config import ConfigError, Settings
from engine.chat.transcripts import rescue
from engine.collector import settle
from engine.descriptors import TooFewDescriptors, allow, needed
from engine.directory import Directory, Kind, Store, wanted
from engine.flow_files import FlowFileError
from engine.flow_resources import of_files
from engine.flow_shelf import FlowShelf
from engine.house import House
from engine.login import Credentials
from engine.login.first_admin import first_admin
from engine.login.oidc import ExtraMissing, check_extra
from engine.prompt_shelf import PromptShelf
from engine.prompts import PromptError, Prompts
from engine.records import RecordError, RecordingStatus, Records, narrow
from engine.sealing import KINDS
from engine.web.pages import ROOT
from engine.web.server import WebServer
from flows import Flow
from mixer import MixerError
from recorder import Archive, RecordingError, Vault, master_key, part_by_name, repair

log = structlog.get_logger("engine")


class StartError(Exception):
    """The engine cannot start; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Running:
    """An engine that takes calls, and where its API is."""

    house: House
    api: str
    flows: FlowShelf


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Running]:
    """An engine from start to stop; at the end it drains. Raises StartError."""
    try:
        allow(needed(settings))
        check_extra(settings.oidc)
        shelf = FlowShelf(settings)
    except (TooFewDescriptors, ExtraMissing, FlowFileError) as error:
        raise StartError(str(error)) from error
    prompts = Prompts(settings.prompts)
    records = Records(settings.database.url)
    try:
        library = shelf.library
        every = (*shelf.by_number.values(), *shelf.whispers.values(), *library.flows.values())
        vault = Vault(await asyncio.to_thread(master_key.read, settings.encryption))
        await recover(records, settings, vault)
        directory = await open_directory(records, settings, shelf)
        prompts.follow(PromptShelf(settings.prompts, directory.resources).find)
        await asyncio.to_thread(prompts.check, spoken_by(every))
        await open_logins(records, directory, settings)
        archive = await asyncio.to_thread(Archive, settings.recording.directory, vault)
        flows = (shelf.by_number, shelf.whispers, library)
        house = House(settings, *flows, prompts, records, directory, archive)
        web = WebServer(house)
        await open_doors(house, web)
    except (ConfigError, PromptError, RecordError, RecordingError, MixerError, OSError) as error:
        await records.close()
        raise StartError(str(error)) from error
    try:
        yield Running(house, web.url, shelf)
    finally:
        await house.close(settings.routing.drain_seconds)
        await web.close()
        await records.close()


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; SIGHUP has certificates and flows read again.

    Raises StartError.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)  # they are about to be read anyway
    async with running(settings) as engine:
        loop.add_signal_handler(signal.SIGHUP, reread, engine)
        settle()
        announce(settings, engine)
        await stop.wait()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, engine.house.switchboard.hurry)
        seconds = settings.routing.drain_seconds
        print(f"Draining: no new calls; current ones may finish for {seconds:g} s", flush=True)
    print("Stopped", flush=True)


def reread(engine: Running) -> None:
    engine.house.sip.reload_certificates()
    engine.flows.begin_rereading(engine.house.directory)


def spoken_by(flows: Iterable[Flow]) -> Iterator[tuple[str, str]]:
    """Kind and value of every prompt in these flows."""
    for flow in flows:
        for prompt in flow.prompts():
            yield prompt.kind, prompt.value


async def recover(records: Records, settings: Settings, vault: Vault) -> None:
    """Open the database and make whole what a crash left behind. Raises RecordError."""
    left = await records.open()
    for one in await asyncio.to_thread(repair, settings.recording.directory, vault):
        log.warning("recording cut short by a crash", path=str(one.path), frames=one.frames)
        status = RecordingStatus.FAILED if one.error else RecordingStatus.INTERRUPTED
        try:
            await records.finish_recording(
                one.contact_id,
                status,
                None,
                frames=narrow(one.frames, one.sample_rate),
                error=one.error,
                kind=KINDS[part_by_name(one.path.name)],
            )
        except RecordError as error:  # a file of another database: it stays where it is
            log.error("recording without a row", path=str(one.path), error=str(error))
    for path in await asyncio.to_thread(rescue, settings.recording.directory):
        log.warning("transcript cut short by a crash", path=str(path))
    for contact_id in left.recordings:
        await own_up(records, contact_id)
    if left.contacts:
        log.warning("contacts cut short by a crash", contacts=list(left.contacts))


async def open_directory(records: Records, settings: Settings, shelf: FlowShelf) -> Directory:
    """Whom and what there is, as the configuration has it. Raises ConfigError or RecordError."""
    directory = Directory(Store(records), settings.web.instance_arn)
    now, files = datetime.now(UTC), list(of_files(shelf.files))
    await directory.open(lambda there: wanted(settings, there, now, files))
    shelf.library.follow(directory)
    return directory


async def open_logins(records: Records, directory: Directory, settings: Settings) -> None:
    """Somebody is to be able to log in. The password is told at once: it is told only here.

    Raises Refused or RecordError.
    """
    credentials, name = Credentials(records), settings.login.admin
    await credentials.keep_only([user.id for user in directory.resources.all(Kind.USER)])
    if name and (password := await first_admin(directory, credentials, name)):
        print(f"Log in as   {name}, once, with {password}  (then choose another)", flush=True)


async def own_up(records: Records, contact_id: str) -> None:
    """A crash between the row of a recording and its file left nothing to hear: say so."""
    contact = await records.contact(contact_id)
    for one in contact.recordings if contact else ():
        there = "://" in one.location or await asyncio.to_thread(Path(one.location).exists)
        if one.status is RecordingStatus.INTERRUPTED and not there:
            await records.finish_recording(
                contact_id,
                RecordingStatus.FAILED,
                None,
                frames=0,
                error="crashed before its file",
                kind=one.kind,
            )


async def open_doors(house: House, web: WebServer) -> None:
    """Take calls and requests; when one door does not open, shut the other.

    Raises OSError or RecordError.
    """
    try:
        await house.open()
        await web.open()
        house.api = web.url
    except (OSError, RecordError):
        await house.close(drain_seconds=0)
        raise


def announce(settings: Settings, engine: Running) -> None:
    """Where to dial, where the API and the console are."""
    where = engine.house.sip.authority
    for number in settings.numbers:
        print(f"Dial        sip:{number.number}@{where}  (flow {number.flow})")
    print(f"Register at sip:{where}  (agents and supervisors, UDP or TCP)")
    print(f"API         {engine.api}")
    print(f"Console     {engine.api}{ROOT}")
    print("Ready", flush=True)
