"""How people log in with a browser, and for how long."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.section import Seconds, Section

Origin = Annotated[str, Field(pattern=r"^https?://[\w.:\[\]-]+$")]


class LoginSettings(Section):
    admin: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,64}$")] = "admin"
    """User name of the Admin that is made where nobody is one; empty makes none."""
    idle_seconds: Annotated[float, Field(ge=60, le=86_400)] = 3600.0
    """A session that nothing was asked in for so long is over."""
    max_seconds: Annotated[float, Field(ge=60, le=604_800)] = 43_200.0
    """A session is over after so long, whatever was asked in it."""
    max_sessions: Annotated[int, Field(ge=1, le=100)] = 10
    """Of one user; one more ends the oldest."""
    max_source_failures: Annotated[int, Field(ge=1)] = 10
    """Wrong passwords from one address; then its guesses are not looked at."""
    max_user_failures: Annotated[int, Field(ge=1)] = 10
    """Wrong passwords for one user name, from addresses where they never logged in."""
    failure_seconds: Seconds = 60.0
    """After so long one more wrong password is looked at."""
    origins: tuple[Origin, ...] = ()
    """Where our pages come from besides the host that is asked: what a proxy makes of it."""
