"""The OpenAPI document that the console's client is generated from: our own routes and Connect's.

It is asked of the application itself, as of one that never opens a door.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from config import Settings
from engine.directory import Directory, Store
from engine.flow_shelf import FlowShelf
from engine.house import House
from engine.prompts import Prompts
from engine.records import Records
from engine.web.connect_schema import ConnectSchema
from engine.web.required import REQUIRED
from engine.web.server import OPENAPI, application
from engine.web.service_model import Service
from engine.web.shapes import Json
from recorder import Archive, Vault


async def document() -> Json:
    operations = Service().operations
    connect = ConnectSchema(operations[name] for name in REQUIRED)
    with TemporaryDirectory() as folder:
        told = await own(Path(folder))
    told["paths"] |= connect.paths
    told["components"]["schemas"] |= connect.schemas
    return told


async def own(folder: Path) -> Json:
    """As it is told to whoever may log in."""
    token = secrets.token_urlsafe()
    given: dict[str, Any] = {
        "web": {"token": token, "key_file": folder / "access-keys.key"},
        "recording": {"directory": folder / "recordings"},
        "prompts": {"directory": folder / "prompts"},
        "flows": {"directory": folder / "flows", "log_directory": folder / "flow-log"},
        "database": {"url": "sqlite+aiosqlite://"},
        "trace": {"directory": folder / "traces"},
    }
    settings = Settings(**given)
    records, library = Records(settings.database.url), FlowShelf(settings).library
    directory = Directory(Store(records), settings.web.instance_arn)
    archive = Archive(settings.recording.directory, Vault())
    house = House(settings, {}, {}, library, Prompts(settings.prompts), records, directory, archive)
    door = httpx.ASGITransport(application(house))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=door, base_url="http://earshot", headers=headers) as api:
        told: Json = (await api.get(OPENAPI)).raise_for_status().json()
    return told
