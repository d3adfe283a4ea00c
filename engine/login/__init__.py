"""Who logs in with a browser: passwords, codes of a phone, sessions.

`passwords` rules, and hashes made by argon2id off the loop; `one_time_codes` TOTP (RFC 6238);
`rows` the tables; `credentials` what is kept of a password; `sessions` who is logged in; `login`
the way in: throttled before anything is hashed, and as long for a name that nobody has.

A password that somebody else chose or printed opens one thing: changing it. A user without a
password of their own for the browser has that of their phone.

Or a provider of identities vouches for a user (OpenID Connect, the extra `oidc`): `oidc` the way
there and back, `oidc_ticket` what the browser keeps meanwhile, `oidc_provider` asks it, `id_token`
what it signed. Left out: it makes no users and gives no permissions, its roles and groups mean
nothing here; logout ends the session here and not the one there; no tokens that are encrypted or
signed by the shared secret, no request objects, no front- or back-channel logout.
"""

from engine.login.credentials import Credentials
from engine.login.login import Login
from engine.login.passwords import Hasher, check_password, one_time_password
from engine.login.sessions import Session, Sessions

__all__ = [
    "Credentials",
    "Hasher",
    "Login",
    "Session",
    "Sessions",
    "check_password",
    "one_time_password",
]
