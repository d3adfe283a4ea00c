"""The operator's reference says everything, and says it right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import config
from config import Settings, load
from config.hours import Hours
from config.people import Agent, Supervisor
from config.section import Section
from config.settings import Number, Queue
from config.storage import RetentionRule
from config.trunks import Trunk

DEFAULT = Path(config.__file__).parent / "default.toml"
LISTS = {
    "agents": Agent,
    "supervisors": Supervisor,
    "queues": Queue,
    "hours": Hours,
    "numbers": Number,
    "trunks": Trunk,
    "retention": RetentionRule,
}
FIELDS = {name: field for name, field in Settings.model_fields.items() if name != "instance"}
"""That one has an example of its own."""
SECTIONS = {
    name: field.annotation
    for name, field in FIELDS.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
}
KEY = re.compile(r"^(?:# )?(\w+) = ", re.MULTILINE)


def tables(text: str) -> dict[str, list[str]]:
    """Keys by table, those in examples too; a list has several tables, and its keys are a set."""
    parts = re.split(r"^(?:# )?\[\[?(\w+)\]\]?$", text, flags=re.MULTILINE)
    found: dict[str, list[str]] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        known = set(found.setdefault(name, []))
        found[name] += [key for key in KEY.findall(body) if name in SECTIONS or key not in known]
    return found


def test_it_loads_to_the_defaults(tmp_path: Path) -> None:
    copy, empty = tmp_path / "default.toml", tmp_path / "empty.toml"
    copy.write_text(DEFAULT.read_text())
    empty.write_text("")
    assert load(copy, {}) == load(empty, {})


@pytest.mark.parametrize("name", [*SECTIONS, *LISTS])
def test_it_has_every_setting_once_in_its_table(name: str) -> None:
    section = SECTIONS.get(name) or LISTS[name]
    assert sorted(tables(DEFAULT.read_text())[name]) == sorted(section.model_fields)


def test_it_has_every_table() -> None:
    assert set(tables(DEFAULT.read_text())) == set(FIELDS)


def test_its_examples_are_valid(tmp_path: Path) -> None:
    every = tmp_path / "every.toml"
    uncommented = re.sub(r"^# (?=\w+ = |\[)", "", DEFAULT.read_text(), flags=re.MULTILINE)
    every.write_text(uncommented)
    (tmp_path / "our-instance.toml").touch()  # which it names
    settings = load(every, {})
    assert settings.web.token and settings.prompts.hold_music
    assert all(getattr(settings, name) for name in LISTS)


def test_a_setting_that_is_written_out_is_written_with_its_default() -> None:
    set_keys = re.findall(r"^(\w+) = ", DEFAULT.read_text(), flags=re.MULTILINE)
    certificates = {"certificate", "private_key", "client_certificate", "client_private_key"}
    named = {"contact_id_header", "host6", "hep_host", "hep_key", "hold_music", "token", "ca_file"}
    files = {"file", "instance_file"}
    stores = {"location", "endpoint", "credentials", "master_key", "bucket"}
    provider = {"issuer", "client_id", "client_secret", "origin"}
    without_default = {*named, *files, *certificates, *stores, *provider}
    every = {key for section in SECTIONS.values() for key in section.model_fields}
    assert set(set_keys) == every - without_default
