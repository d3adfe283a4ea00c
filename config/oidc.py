"""The provider of identities that people may log in by (OpenID Connect). Pure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from config.login import Origin
from config.section import Name, Secret, Section


def confidential(url: str) -> str:
    """Over TLS, or to this very machine: whoever changes what is read there can be anybody here."""
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:", "http://[::1]:")):
        raise ValueError("a URL that begins with https://")
    return url


Issuer = Annotated[
    str, Field(pattern=r"^https?://[^\s/?#@]+[^\s?#@]*$"), AfterValidator(confidential)
]


class OidcSettings(Section):
    issuer: Issuer | None = None
    """As its tokens name it; None: nobody logs in so. Needs `pip install earshot[oidc]`."""
    name: Annotated[str, Field(min_length=1, max_length=64)] = "OpenID Connect"
    """What the login page calls it."""
    client_id: str = ""
    client_secret: Secret | None = None
    """None: we are a public client, known by our redirect URI and PKCE alone."""
    origin: Annotated[Origin, AfterValidator(confidential)] | None = None
    """Where browsers find us; the redirect URI that the provider has to know lies there."""
    username_claim: Name = "preferred_username"
    """What the provider knows that is the user name here."""
    scopes: Annotated[tuple[Name, ...], Field(min_length=1)] = ("openid", "profile")
    ca_file: Path | None = None
    """Whose certificates we believe; None takes the system's store."""

    @model_validator(mode="after")
    def _the_provider_knows_us(self) -> Self:
        if self.issuer and not (self.client_id and self.origin):
            raise ValueError("a client_id and an origin for the issuer")
        if "openid" not in self.scopes:
            raise ValueError("openid among the scopes")
        return self
