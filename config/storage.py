"""Where recordings go after the call, how they are kept from strangers, and for how long."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.section import Name, Seconds, Section

StoreUrl = Annotated[
    str, Field(pattern=r"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./=-]*)?|file:///.+)$")
]
Endpoint = Annotated[str, Field(pattern=r"^https?://[\w.:\[\]-]+$")]


class StoreSettings(Section):
    location: StoreUrl | None = None
    """s3://bucket/prefix or file:///mnt/archive; None leaves recordings where they were made."""
    endpoint: Endpoint | None = None
    """Of an S3 server other than Amazon's; http:// is for networks that nobody else is on."""
    region: Name = "us-east-1"
    addressing: Literal["path", "virtual"] = "virtual"
    """Whether the bucket is in the path of a request or in its host name."""
    credentials: Path | None = None
    """A file as ~/.aws/credentials, its [default]; None takes AWS_ACCESS_KEY_ID and
    AWS_SECRET_ACCESS_KEY from the environment, or the role of the machine."""
    timeout_seconds: Seconds = 300.0
    """Of one request, the whole file included."""
    parallel: Annotated[int, Field(ge=1, le=16)] = 2
    """Recordings under way at the same time; each may be in memory as a whole."""
    give_up_days: Annotated[float, Field(gt=0, le=365)] = 14.0
    """What did not work for so long waits for an operator."""

    @model_validator(mode="after")
    def _an_endpoint_is_of_s3(self) -> Self:
        if self.endpoint and not (self.location or "").startswith("s3://"):
            raise ValueError("an s3:// location for the endpoint")
        return self


class EncryptionSettings(Section):
    master_key: Annotated[str, Field(pattern=r"^(file|command):\s*\S.*$")] | None = None
    """file:<path>, which nobody else may read, or command:<what prints it>, run without a shell.
    Base64 of 32 bytes, one a line: the first wraps. None encrypts nothing."""


class RetentionRule(Section):
    """How long recordings are kept: the first rule that fits a contact holds; else for ever.

    None fits every queue, every flow.
    """

    queue: Name | None = None
    flow: Name | None = None
    """The one that met the contact: the name of its file without ending."""
    days: Annotated[int, Field(ge=1)]
    """After the contact's end."""
