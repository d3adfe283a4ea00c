"""TOML and environment to Settings: the one file of this package that reads anything.

EARSHOT_SIP__PORT=5070 sets `port` of `[sip]` and wins over the file. EARSHOT_AGENTS, _SUPERVISORS,
_QUEUES, _NUMBERS and _TRUNKS are lists in JSON, each in place of the file's. An empty variable is
not set.

`instance` is a second file, which the first may name; no variable sets what is in it.

A relative path in the file, and a default, is relative to the file's folder; one from the
environment is relative to the working directory, as is every default when there is no file.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_settings import EnvSettingsSource, SettingsError

from config import directory
from config.problems import (
    ConfigError,
    Place,
    Problem,
    did_you_mean,
    key_of,
    reason_for,
    unknown_key,
)
from config.section import Section
from config.settings import Settings

PREFIX = "EARSHOT_"
KEYS = [name for name in Settings.model_fields if name != "instance"]  # that has its own file
INSTANCE_FILE = ("directory", "instance_file")
SQLITE_FILE = re.compile(r"^(sqlite[a-z+]*:///)(?!/|:memory:|file:)(?=.)")  # with a relative path

Tree = dict[str, Any]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Environment:
    values: Tree
    origins: Mapping[Place, str]
    """The variable that set a place."""
    problems: tuple[Problem, ...]


def load(path: Path | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a file, or of none; raises ConfigError with every problem found."""
    environment = read_environment(environ)
    values = merged(read_file(path) if path else {}, environment.values)
    known = {key: value for key, value in values.items() if key in KEYS}
    found: list[tuple[Place, str]] = [
        ((key,), unknown_key(key, KEYS)) for key in values if key not in known
    ]
    if instance := instance_file(known, path, environment):
        named = {"instance_file": str(instance)}
        known = merged(known, {"directory": named, "instance": read_file(instance)})
    try:
        settings = Settings(**known)
    except ValidationError as error:
        found += [(each["loc"], reason_for(each)) for each in error.errors()]
    else:
        found += [(each.place, each.reason) for each in directory.conflicts(settings)]
        if not found and not environment.problems:
            return anchored(settings, path.absolute().parent, environment) if path else settings
    told = [
        Problem(str(instance), key_of(place[1:]), reason)
        if place[0] == "instance" and place[1:]
        else problem_at(place, reason, path, environment)
        for place, reason in found
    ]
    raise ConfigError([*environment.problems, *told])


def warnings(
    settings: Settings, path: Path | None, environ: Mapping[str, str] = os.environ
) -> list[str]:
    """What the operator should know of settings that `load` accepted, and where they came from."""
    found = [*directory.warnings(settings), *slips(environ)]
    if path and path.stat().st_mode & stat.S_IROTH and holds_secrets(read_file(path)):
        found.append(f"{path} holds secrets and every user of this machine may read it: chmod 600")
    return found


def slips(environ: Mapping[str, str]) -> Iterator[str]:
    """No more than a warning: beside a service named earshot-sip, Kubernetes itself sets
    EARSHOT_SIP_PORT."""
    for variable in sorted(environ):
        if variable.upper() not in VARIABLES and variable.upper().startswith(PREFIX):
            if close := get_close_matches(variable.upper(), VARIABLES, n=1, cutoff=0.9):
                yield f"the variable {variable} sets nothing, did you mean {close[0]}?"


def holds_secrets(written: Tree) -> bool:
    people = written.get("agents", []) + written.get("supervisors", [])
    logins = any("password" in trunk for trunk in written.get("trunks", []))
    shared = "token" in written.get("web", {}) or "hep_key" in written.get("trace", {})
    return bool(people) or logins or shared


def read_file(path: Path) -> Tree:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        reason = "there is no such file"
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 at byte {error.start}"
    except tomllib.TOMLDecodeError as error:
        reason = f"is not TOML: {error}"
    except RecursionError:
        reason = "is nested too deeply"
    raise ConfigError([Problem(str(path), "", reason)])


def instance_file(known: Tree, path: Path | None, environment: Environment) -> Path | None:
    """The one that is named, or else the one beside the configuration if it is there."""
    section = known.get("directory", {})
    named = section.get("instance_file") if isinstance(section, dict) else section
    folder = path.absolute().parent if path else Path()
    if named is not None:
        below = Path() if INSTANCE_FILE in environment.origins else folder
        return below / named if isinstance(named, str) else None  # validation refuses the other
    beside = folder / "instance.toml"
    return beside if path and beside.exists() else None


def known_variables() -> dict[str, Place]:
    """The place in the settings that each variable sets."""
    places: dict[str, Place] = {}
    for name in KEYS:
        field = Settings.model_fields[name]
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            for key in field.annotation.model_fields:
                places[f"{PREFIX}{name}__{key}".upper()] = (name, key)
        else:
            places[f"{PREFIX}{name}".upper()] = (name,)
    return places


VARIABLES = known_variables()


def read_environment(environ: Mapping[str, str]) -> Environment:
    """One variable at a time, so that each problem has its name."""
    source = EnvSettingsSource(Settings)
    values: Tree = {}
    origins: dict[Place, str] = {}
    problems: list[Problem] = []
    for variable, value in sorted(environ.items()):
        name = variable.upper()
        if value and name in VARIABLES:
            source.env_vars = {variable.lower(): value}
            try:
                values = merged(values, source())
                origins[VARIABLES[name]] = variable
            except SettingsError:
                problems.append(Problem("environment", variable, "expected a list in JSON"))
        elif name.startswith(PREFIX) and "__" in name and name not in VARIABLES:
            reason = f"unknown variable{did_you_mean(name, VARIABLES)}"
            problems.append(Problem("environment", variable, reason))
    return Environment(values, origins, tuple(problems))


def merged(under: Tree, over: Tree) -> Tree:
    """Both, table by table; where both have a value, that of `over`."""
    result = {**under, **over}
    for key in under.keys() & over.keys():
        if isinstance(under[key], dict) and isinstance(over[key], dict):
            result[key] = merged(under[key], over[key])
    return result


def problem_at(place: Place, reason: str, path: Path | None, environment: Environment) -> Problem:
    for length in (1, 2):
        if variable := environment.origins.get(place[:length]):
            return Problem("environment", variable + key_of(place[length:]), reason)
    return Problem(str(path) if path else "environment", key_of(place), reason)


def anchored(model: Model, folder: Path, environment: Environment, at: Place = ()) -> Model:
    """The same with its relative paths below `folder`, but for those that a variable set."""
    changes: Tree = {}
    for name, value in model:
        place = (*at, name)
        if place in environment.origins:
            continue
        if isinstance(value, Path):
            changes[name] = folder / value
        elif isinstance(value, Section):
            changes[name] = anchored(value, folder, environment, place)
        elif isinstance(value, tuple):
            changes[name] = tuple(
                anchored(each, folder, environment, place) if isinstance(each, Section) else each
                for each in value
            )
        elif place == ("database", "url"):
            changes[name] = SQLITE_FILE.sub(lambda match: f"{match[1]}{folder}/", value)
    return model.model_copy(update=changes)
