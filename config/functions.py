"""Functions that contact flows call, by the ARN that the flows name: what runs instead. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.section import Name, Secret, Section, WebUrl


class FunctionSettings(Section):
    """The processes in which Python functions run, each call in one of its own."""

    directory: Path = Path("var/functions")
    """Their modules; nothing is run from anywhere else."""
    processes: Annotated[int, Field(ge=1, le=64)] = 4
    """Calls at the same time; one more waits, within its own time limit."""
    memory_megabytes: Annotated[int, Field(ge=64)] = 512
    """Of address space, each; a function that wants more fails."""
    environment: tuple[Name, ...] = ()
    """Variables of the engine's environment that functions see; else they see PATH and LANG."""


class Function(Section):
    """One function, in exactly one of the three ways."""

    arn: Name
    """As flows name it; a version or alias after it makes no difference."""
    python: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")] | None = None
    """"lookup.handler": handler(event, context) of lookup.py in the directory."""
    url: WebUrl | None = None
    """The event is posted there, and the function's answer is the body of the response."""
    token: Secret | None = None
    """Sent to that URL as bearer token."""
    aws_region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]+$")] | None = None
    """The Lambda function of that ARN itself is called there, with the credentials that boto3 would
    find."""

    @model_validator(mode="after")
    def _one_way_to_run_it(self) -> Self:
        ways = [self.python, self.url, self.aws_region]
        if sum(way is not None for way in ways) != 1:
            raise ValueError("exactly one of python, url and aws_region")
        if self.token and not self.url:
            raise ValueError("a token only where there is a url")
        return self
