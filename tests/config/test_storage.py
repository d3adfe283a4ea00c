from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from config.storage import EncryptionSettings, RetentionRule, StoreSettings


@pytest.mark.parametrize(
    "url", ["s3://bank-recordings/connect/main", "s3://abc", "file:///mnt/archive"]
)
def test_a_store_is_a_bucket_or_a_folder(url: str) -> None:
    assert StoreSettings(location=url).location == url


@pytest.mark.parametrize("url", ["s3://A/b", "s3://ab/../x y", "/mnt/archive", "https://x", ""])
def test_anything_else_is_none(url: str) -> None:
    with pytest.raises(ValidationError):
        StoreSettings(location=url)


def test_an_endpoint_without_a_bucket_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="an s3:// location"):
        StoreSettings(location="file:///mnt", endpoint="https://s3.example.com")
    settings = StoreSettings(
        location="s3://abc", endpoint="http://127.0.0.1:9000", addressing="path"
    )
    assert settings.endpoint == "http://127.0.0.1:9000"


def test_by_default_recordings_stay_where_they_are_made() -> None:
    assert (StoreSettings().location, StoreSettings().credentials) == (None, None)
    assert StoreSettings(credentials=Path("s3")).credentials == Path("s3")


@pytest.mark.parametrize("text", ["file:/etc/master.key", "command:vault kv get secret"])
def test_a_master_key_comes_from_a_file_or_a_command(text: str) -> None:
    assert EncryptionSettings(master_key=text).master_key == text


@pytest.mark.parametrize("text", ["", "file:", "/etc/master.key", "command: "])
def test_a_master_key_itself_is_no_setting(text: str) -> None:
    with pytest.raises(ValidationError):
        EncryptionSettings(master_key=text)


def test_a_rule_fits_everything_or_a_queue_and_a_flow_and_lasts_a_day_at_least() -> None:
    assert (RetentionRule(days=1).queue, RetentionRule(days=1).flow) == (None, None)
    for wrong in ({"days": 0}, {"queue": "", "days": 1}, {"queue": "support"}):
        with pytest.raises(ValidationError):
            RetentionRule.model_validate(wrong)
