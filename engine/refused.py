"""A request that is refused, said as Amazon Connect's API says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """`error` is the exception's name on the wire, `status` the HTTP status (specification 7).

    `details` are what the service model has for that error beside the message.
    """

    def __init__(
        self, status: int, error: str, message: str, details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.error, self.message = status, error, message
        self.details = details or {}

    @classmethod
    def invalid(cls, message: str) -> Refused:
        return cls(400, "InvalidRequestException", message)

    @classmethod
    def not_found(cls, message: str) -> Refused:
        return cls(404, "ResourceNotFoundException", message)
