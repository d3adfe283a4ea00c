"""The way in and out: a name, a password and perhaps a code become a session."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from config import LoginSettings, SipSettings
from engine.directory import Directory, Kind, Resource
from engine.ledger import Ledger
from engine.login.credentials import Credential, Credentials
from engine.login.one_time_codes import address_of, fresh_seed, secret_of, step_of
from engine.login.passwords import Hasher, check_password, one_time_password
from engine.login.sessions import Session, Sessions
from engine.records import Records
from engine.refused import Refused
from engine.staff import digested
from sip import Account
from sip.throttle import Stand, Throttle

WRONG = "User name or password is wrong"
CODE_WANTED = "A code of the authenticator app is required, one that was not used before"
SLOW_DOWN = "Too many wrong passwords: try again later"
NO_PASSWORD = "Choose a password of your own for the browser first"
MAX_TOLD = 100
"""Characters of a name that somebody else made up."""
UNKNOWN = "unknown"
"""In the audit trail in place of a name that nobody has: it may be a password."""


@dataclass(frozen=True, slots=True)
class Attempt:
    username: str
    password: str
    code: str
    source: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """`limited`: the password has to be changed before anything else."""

    token: str
    user: Resource
    limited: bool


FEDERATED = "GetFederationToken"
"""What such a session shows where others have the name of a browser."""


class Login:
    """Every method raises Refused or RecordError, and leaves a line in the audit trail."""

    def __init__(
        self,
        directory: Directory,
        records: Records,
        ledger: Ledger,
        accounts: Mapping[str, Account],
        settings: LoginSettings,
        sip: SipSettings,
        master: bytes,
    ) -> None:
        """`accounts`: those whose phones may register, by user name."""
        self._users, self._ledger, self._accounts = directory.resources, ledger, accounts
        self._sip, self._master, self._hasher = sip, master, Hasher()
        self.credentials = Credentials(records)
        self.sessions = Sessions(records, settings)
        self._throttle = Throttle(
            settings.max_source_failures, settings.max_user_failures, settings.failure_seconds
        )

    async def enter(self, attempt: Attempt) -> Entered:
        user = self._users.named(Kind.USER, attempt.username)
        async with self._hasher.turn():
            self._check_throttle(attempt)
            credential = await self._proven(user, attempt)
        assert user, "a password was proven that nobody has"
        limited = credential is not None and credential.must_change
        token = await self.sessions.open(
            *(user.id, datetime.now(UTC)),
            limited=limited,
            source=attempt.source,
            agent=attempt.agent,
        )
        self._ledger.audit(user.name, "login", None, attempt.source)
        return Entered(token, user, limited)

    async def enter_vouched(self, username: str, source: str, agent: str) -> str:
        """The token of a session for somebody whom a provider of identities vouches for: neither a
        password nor a code is asked for, and nobody becomes a user by it."""
        user = self._users.named(Kind.USER, username)
        if user is None:
            self.not_vouched(source, f"{username[:MAX_TOLD]!r} is no user")
            raise Refused(404, "UserNotFoundException", "There is no user of that name")
        now = datetime.now(UTC)
        token = await self.sessions.open(user.id, now, limited=False, source=source, agent=agent)
        self._ledger.audit(user.name, "login.vouched", None, source)
        return token

    def check_source(self, source: str) -> None:
        """Raises Refused for an address that failed too often, by whichever way in."""
        now = asyncio.get_running_loop().time()
        if self._throttle.stand(source, "", now) is Stand.SOURCE_BLOCKED:
            raise Refused(429, "ThrottlingException", SLOW_DOWN)

    def not_vouched(self, source: str, why: str) -> None:
        """What a browser brought from a provider of identities proves nobody."""
        self._throttle.failed(source, "", asyncio.get_running_loop().time())
        self._ledger.audit(UNKNOWN, "login.failed", None, f"{source}: {why}")

    async def federate(self, user: Resource) -> tuple[str, datetime]:
        """The token of a session for somebody whose access key was proven, and when it is over."""
        now = datetime.now(UTC)
        token = await self.sessions.open(user.id, now, limited=False, agent=FEDERATED)
        self._ledger.audit(user.name, "login.federated", None)
        return token, now + self.sessions.lasts

    async def leave(self, session: Session, who: str) -> None:
        await self.sessions.close(session.digest)
        self._ledger.audit(who, "logout", None, session.source)

    async def session(self, token: str) -> tuple[Session, Resource] | None:
        """Whose token it is; None where the session is over or the user is gone."""
        found = await self.sessions.find(token, datetime.now(UTC))
        user = self._users.find(Kind.USER, found.user_id) if found else None
        return (found, user) if found and user else None

    # Passwords -----------------------------------------------------------------------------

    async def change_password(self, user: Resource, attempt: Attempt, wanted: str) -> None:
        """The user's own doing. All sessions end, this one too: log in with the new one."""
        async with self._hasher.turn():
            self._check_throttle(attempt)
            former = await self._proven(user, attempt)
        check_password(user.name, wanted)
        if wanted == attempt.password:
            raise Refused(400, "InvalidParameterException", "NewPassword is the one you had")
        await self._set(user, wanted, must_change=False, former=former)
        self._ledger.audit(user.name, "password.change", None)

    async def give_password(self, user: Resource, wanted: str, who: str) -> None:
        """Somebody else's doing: good for one login, in which it is to be changed."""
        check_password(user.name, wanted)
        await self._set(user, wanted, must_change=True, former=None)
        self._ledger.audit(who, "password.give", None, user.name)

    async def reset(self, user: Resource, who: str) -> str:
        """A one-time password, told once; an authenticator app that was lost is forgotten."""
        password = one_time_password()
        await self.give_password(user, password, who)
        return password

    async def revoke(self, user: Resource, who: str) -> None:
        await self.sessions.close_all(user.id)
        self._ledger.audit(who, "session.revoke", None, user.name)

    async def _set(
        self, user: Resource, password: str, *, must_change: bool, former: Credential | None
    ) -> None:
        async with self._hasher.turn():
            hashed = await self._hasher.hash(password)
        new = Credential(user.id, hashed, datetime.now(UTC), must_change)
        if former:
            new = replace(former, hash=hashed, changed=new.changed, must_change=must_change)
        await self.credentials.save(new)
        await self.sessions.close_all(user.id)

    # Authenticator apps --------------------------------------------------------------------

    async def begin_codes(self, user: Resource) -> tuple[str, str]:
        """Secret and address for the app; nothing changes until a code confirms that it has it."""
        credential = await self._own(user)
        if credential.confirmed:
            raise Refused.invalid("There is an authenticator app already: end it first")
        seed = fresh_seed()
        await self.credentials.save(replace(credential, seed=seed, confirmed=False))
        secret = secret_of(self._master, seed)
        return secret, address_of(secret, user.name)

    async def confirm_codes(self, user: Resource, code: str) -> None:
        credential = await self._own(user)
        await self._use(credential, code)
        await self.credentials.save(replace(await self._own(user), confirmed=True))
        self._ledger.audit(user.name, "codes.on", None)

    async def end_codes(self, user: Resource, code: str) -> None:
        credential = await self._own(user)
        await self._use(credential, code)
        await self.credentials.save(replace(credential, seed=None, confirmed=False))
        self._ledger.audit(user.name, "codes.off", None)

    async def _own(self, user: Resource) -> Credential:
        credential = await self.credentials.of(user.id)
        if credential is None:
            raise Refused.invalid(NO_PASSWORD)
        return credential

    async def _use(self, credential: Credential, code: str) -> None:
        secret = secret_of(self._master, credential.seed or "")
        step = step_of(secret, code, datetime.now(UTC), credential.last_step)
        good = credential.seed is not None and step is not None
        if not good or not await self.credentials.use(credential.user_id, step or 0):
            raise Refused(401, "MfaRequiredException", CODE_WANTED)

    # ---------------------------------------------------------------------------------------

    def _check_throttle(self, attempt: Attempt) -> None:
        """Before anything is hashed."""
        now = asyncio.get_running_loop().time()
        if self._throttle.stand(attempt.source, attempt.username, now) is not Stand.OPEN:
            raise Refused(429, "ThrottlingException", SLOW_DOWN)

    async def _proven(self, user: Resource | None, attempt: Attempt) -> Credential | None:
        """What is kept of the password that was right; None: it is that of the phone."""
        credential = await self.credentials.of(user.id if user else "")
        right = await self._hasher.verify(credential.hash if credential else None, attempt.password)
        if user and credential is None:
            right = self._opens_phone(user.name, attempt.password)
        if not right:
            self._failed(user, attempt)
            raise Refused(401, "AccessDeniedException", WRONG)
        if credential and credential.confirmed:
            try:
                await self._use(credential, attempt.code)
            except Refused:
                if attempt.code:  # without one it is no guess: whoever logs in is asked for it
                    self._failed(user, attempt)
                raise
        self._throttle.proven(attempt.source, attempt.username, asyncio.get_running_loop().time())
        return credential

    def _opens_phone(self, username: str, password: str) -> bool:
        account = self._accounts.get(username)
        told = digested(username, password, self._sip)
        return account is not None and any(
            hmac.compare_digest(digest, told[name])
            for name, digest in account.ha1.items()
            if name in told
        )

    def _failed(self, user: Resource | None, attempt: Attempt) -> None:
        now = asyncio.get_running_loop().time()
        self._throttle.failed(attempt.source, attempt.username, now)
        who = user.name if user else UNKNOWN
        self._ledger.audit(who, "login.failed", None, attempt.source)
