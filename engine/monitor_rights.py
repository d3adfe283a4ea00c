"""Who may listen in and who may speak there, as the directory has it at this moment. Pure.

Specification items 2, 8, 9, 49 and 50.
"""

from __future__ import annotations

from engine.contact_record import ContactRecord
from engine.directory import Kind, Resources
from engine.directory.attributes import is_on
from engine.directory.reach import reach
from mixer import Mode

LISTENS = frozenset({"ManagerListenIn", "BasicAgentAccess"})
"""Seed S0: to listen takes the permission, and the CCP that comes with the profile Agent."""
SPEAKS = "ManagerBargeIn"
ENHANCED = "ENHANCED_CONTACT_MONITORING"


class MonitorRights:
    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def allowed(self, username: str) -> frozenset[Mode]:
        """What this user may do in conversations of others; empty: not even listen.

        Who may barge in may also whisper, which Connect has no word for.
        """
        user = self._resources.named(Kind.USER, username)
        permissions = self._resources.permissions(user) if user else frozenset()
        if not permissions >= LISTENS:
            return frozenset()
        return frozenset(Mode) if SPEAKS in permissions else frozenset({Mode.LISTEN})

    def reaches(self, username: str, record: ContactRecord) -> bool:
        """Whether this user's security profiles let them see the contact."""
        user = self._resources.named(Kind.USER, username)
        return user is not None and reach(user, self._resources).sees_contact(
            record, self._resources
        )

    @property
    def enhanced(self) -> bool:
        """The attribute of the instance that lifts the precondition that a contact is recorded."""
        return is_on(self._resources, ENHANCED)
