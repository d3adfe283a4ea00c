"""The tables of those who log in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.models import Table


class CredentialRow(Table):
    __tablename__ = "credentials"

    user_id: Mapped[str] = mapped_column(String(256), primary_key=True)
    hash: Mapped[str]
    must_change: Mapped[bool]
    seed: Mapped[str | None] = mapped_column(String(64))
    confirmed: Mapped[bool]
    last_step: Mapped[int]
    changed: Mapped[datetime]


class SessionRow(Table):
    """Of the token only the digest is kept: who reads the database logs in as nobody."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(256), index=True)
    created: Mapped[datetime]
    seen: Mapped[datetime]
    limited: Mapped[bool]
    source: Mapped[str]
    agent: Mapped[str]
