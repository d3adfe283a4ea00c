from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config import ConfigError, Function, Settings, load

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:lookup"


@pytest.mark.parametrize(
    "way",
    [
        {"python": "lookup.handler"},
        {"python": "crm.people.by_number"},
        {"url": "https://crm.example/lookup", "token": "secret"},
        {"url": "http://127.0.0.1:8080"},
        {"aws_region": "eu-central-1"},
    ],
)
def test_a_function_runs_in_one_of_three_ways(way: dict[str, str]) -> None:
    one = Function.model_validate({"arn": ARN, **way})
    assert "secret" not in repr(one)


@pytest.mark.parametrize(
    "way",
    [
        {},
        {"python": "lookup.handler", "url": "https://crm.example"},
        {"python": "handler"},
        {"python": "../lookup.handler"},
        {"python": "lookup.handler", "token": "secret"},
        {"url": "ftp://crm.example"},
        {"aws_region": "somewhere"},
    ],
)
def test_and_in_no_other(way: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Function.model_validate({"arn": ARN, **way})


def test_the_file_maps_arns_and_its_folder_is_relative_to_it(tmp_path: Path) -> None:
    file = tmp_path / "earshot.toml"
    mapped = f'[[lambda_functions]]\narn = "{ARN}"\npython = "lookup.handler"\n'
    file.write_text(f'[functions]\ndirectory = "code"\n{mapped}')
    settings = load(file, {})
    assert settings.functions.directory == tmp_path / "code"
    assert settings.lambda_functions == (Function(arn=ARN, python="lookup.handler"),)
    assert Settings().lambda_functions == ()
    file.write_text(mapped * 2)
    with pytest.raises(ConfigError, match="already"):
        load(file, {})
