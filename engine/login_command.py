"""`earshot user`: people who log in, made by way of the engine that runs.

The engine is asked, with the token of its configuration, so that what is made is there at once, and
is checked and audited as everything else is.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Annotated, Any
from urllib.parse import quote

import typer

from config import Settings
from engine.directory.seeding import NO_QUEUES
from engine.login import one_time_password
from engine.recordings_command import DEFAULT, ConfigOption, fail, settings_or_exit

TIMEOUT_SECONDS = 30.0
user_app = typer.Typer(no_args_is_help=True, help="People who log in.")


@user_app.command()
def add(
    username: str,
    profile: Annotated[
        list[str] | None, typer.Option(help="A security profile, by id; may be repeated.")
    ] = None,
    routing: Annotated[str, typer.Option(help="The routing profile, by id.")] = NO_QUEUES,
    config: ConfigOption = DEFAULT,
) -> None:
    """Make a user and print the password, which is good for one login; then it is changed."""
    password = one_time_password()
    made = {
        "Username": username,
        "Password": password,
        "IdentityInfo": {},
        "PhoneConfig": {"PhoneType": "SOFT_PHONE"},
        "SecurityProfileIds": profile or ["Agent"],
        "RoutingProfileId": routing,
    }
    settings = settings_or_exit(config)
    ask(settings, "PUT", f"/users/{instance(settings)}", made)
    typer.echo(password)


@user_app.command()
def reset(user_id: str, config: ConfigOption = DEFAULT) -> None:
    """Print a new one-time password; an authenticator app is forgotten, all sessions end."""
    settings = settings_or_exit(config)
    answer = ask(settings, "POST", f"/earshot/v1/user/{quote(user_id, safe='')}/password")
    typer.echo(answer["Password"])


def instance(settings: Settings) -> str:
    return settings.web.instance_arn.rpartition("/")[2]


def ask(settings: Settings, method: str, path: str, body: object = None) -> dict[str, Any]:
    """What the engine answers; exit code 2 where it does not, or refuses."""
    if settings.web.token is None:
        fail("[web] token is needed: it is what this command shows the engine")
    host = f"[{settings.web.host}]" if ":" in settings.web.host else settings.web.host
    request = urllib.request.Request(
        f"http://{host}:{settings.web.port}{path}",
        json.dumps(body).encode() if body else b"",
        {
            "Authorization": f"Bearer {settings.web.token.get_secret_value()}",
            "Content-Type": "application/json",
        },
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            told: dict[str, Any] = json.load(answer)
            return told
    except urllib.error.HTTPError as error:
        with error:
            fail(json.load(error).get("Message", str(error)))
    except OSError as error:
        fail(f"no engine answers at {request.full_url}: {error}")
