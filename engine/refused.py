"""A request that is refused, said as Amazon Connect's API says it."""

from __future__ import annotations


class Refused(Exception):
    """`error` is the exception's name on the wire, `status` the HTTP status (specification 7)."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status, self.error, self.message = status, error, message

    @classmethod
    def invalid(cls, message: str) -> Refused:
        return cls(400, "InvalidRequestException", message)

    @classmethod
    def not_found(cls, message: str) -> Refused:
        return cls(404, "ResourceNotFoundException", message)
