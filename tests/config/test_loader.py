from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest

from config import ConfigError, Settings, load, starter, warnings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "earshot.toml"


def problems(path: Path | None, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path, environ or {})
    return [str(problem) for problem in caught.value.problems]


def test_no_file_and_no_variable_are_the_defaults() -> None:
    assert load(None, {}) == Settings()


def test_the_file_sets_what_it_names_and_leaves_the_rest(file: Path) -> None:
    file.write_text('[sip]\nport = 5070\n[[queues]]\nname = "support"\n')
    settings = load(file, {})
    assert settings.sip.port == 5070
    assert settings.sip.realm == "earshot"
    assert [queue.name for queue in settings.queues] == ["support"]


def test_a_byte_order_mark_is_ignored(file: Path) -> None:
    file.write_text("[sip]\nport = 5070\n", encoding="utf-8-sig")
    assert load(file, {}).sip.port == 5070


def test_a_starter_loads(file: Path) -> None:
    file.write_text(starter(Path("support.json")))
    assert load(file, {}).agents[0].username == "agent1"


# -- environment


def test_the_environment_wins_over_the_file(file: Path) -> None:
    file.write_text('[sip]\nport = 5070\nrealm = "office"\n')
    settings = load(file, {"EARSHOT_SIP__PORT": "5080", "EARSHOT_ROUTING__RING_SECONDS": "7.5"})
    assert (settings.sip.port, settings.sip.realm) == (5080, "office")
    assert settings.routing.ring_seconds == 7.5


def test_a_list_from_the_environment_is_json_and_takes_the_place_of_the_files(file: Path) -> None:
    file.write_text('[[queues]]\nname = "support"\n[[queues]]\nname = "sales"\n')
    settings = load(file, {"EARSHOT_QUEUES": json.dumps([{"name": "service"}])})
    assert [queue.name for queue in settings.queues] == ["service"]


def test_variables_are_found_in_any_case_and_empty_ones_are_not_set() -> None:
    environ = {"earshot_sip__port": "5080", "EARSHOT_WEB__TOKEN": "", "EARSHOT_WEB__PORT": ""}
    settings = load(None, environ)
    assert settings.sip.port == 5080
    assert settings.web.token is None and settings.web.port == 8080


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARSHOT_SIP__PORT", "5090")
    assert load(None).sip.port == 5090


def test_variables_of_others_are_left_alone() -> None:
    environ = {"EARSHOT_PORT": "tcp://10.0.0.1:80", "EARSHOT_SERVICE_HOST": "10.0.0.1", "PATH": "x"}
    assert load(None, environ) == Settings()


def test_a_variable_that_is_one_underscore_short_is_a_warning() -> None:
    environ = {"EARSHOT_SIP_PORT": "tcp://10.0.0.1:5060", "EARSHOT_PORT": "tcp://10.0.0.1:80"}
    found = warnings(load(None, environ), None, environ)
    text = "the variable EARSHOT_SIP_PORT sets nothing, did you mean EARSHOT_SIP__PORT?"
    assert [each for each in found if "variable" in each] == [text]


# -- problems


def test_every_problem_is_told_with_its_source_key_and_reason(file: Path) -> None:
    file.write_text(
        'colour = "red"\n_env_prefix = "X_"\n'
        "[sip]\nport = 70000\nprot = 1\n"
        '[[agents]]\nusername = "a b"\npassword = "x"\n'
    )
    environ = {
        "EARSHOT_WEB__PORT": "eighty",
        "EARSHOT_WEB__PROT": "80",
        "EARSHOT_QUEUES": "support",
        "EARSHOT_SUPERVISORS": '[{"username": "m"}]',
    }
    assert problems(file, environ) == [
        "environment: EARSHOT_QUEUES: expected a list in JSON",
        "environment: EARSHOT_WEB__PROT: unknown variable, did you mean 'EARSHOT_WEB__PORT'?",
        f"{file}: colour: unknown key",
        f"{file}: _env_prefix: unknown key",
        f"{file}: sip.port: expected at most 65535, found 70000",
        f"{file}: sip.prot: unknown key, did you mean 'port'?",
        "environment: EARSHOT_WEB__PORT: expected a whole number, found 'eighty'",
        f"{file}: agents[0].username: expected a text of the form ^[A-Za-z0-9._-]{{1,64}}$,"
        " found 'a b'",
        "environment: EARSHOT_SUPERVISORS[0]: expected either a password or ha1, not both",
    ]


def test_conflicts_in_the_directory_are_problems(file: Path) -> None:
    file.write_text('[[agents]]\nusername = "a"\npassword = "x"\nqueues = ["support"]\n')
    assert problems(file) == [f"{file}: agents[0].queues[0]: there is no queue 'support'"]
    in_json = '[{"username": "a", "password": "x", "queues": ["sales"]}]'
    assert problems(None, {"EARSHOT_AGENTS": in_json}) == [
        "environment: EARSHOT_AGENTS[0].queues[0]: there is no queue 'sales'"
    ]


def test_a_problem_between_two_values_is_told_of_their_table() -> None:
    environ = {"EARSHOT_MEDIA__PORT_MIN": "30000"}
    assert problems(None, environ) == [
        "environment: media: expected an even port and the one after it between port_min and"
        " port_max"
    ]


def test_no_traceback_holds_a_secret(file: Path) -> None:
    file.write_text('[web]\ntoken = ["hunter2"]\n[[agents]]\npassword = "hunter2"\nusername = 1\n')
    environ = {"EARSHOT_SUPERVISORS": "hunter2", "EARSHOT_QUEUES": '["hunter2"]'}
    try:
        load(file, environ)
    except ConfigError as error:
        assert "hunter2" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[sip\n", "is not TOML: Expected ']' at the end of a table declaration (at line 1,"),
        (b"port = \n", "is not TOML: Invalid value (at line 1, column 8)"),
        (b"\xff\xfe", "is not UTF-8 at byte 0"),
        (b"a = " + b"[" * 100_000, "is nested too deeply"),
    ],
)
def test_a_file_that_is_not_toml_is_refused(file: Path, content: bytes, reason: str) -> None:
    file.write_bytes(content)
    (problem,) = problems(file)
    assert problem.startswith(f"{file}: {reason}")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    assert problems(missing) == [f"{missing}: there is no such file"]
    assert problems(tmp_path) == [f"{tmp_path}: cannot be read: Is a directory"]


# -- paths


def test_relative_paths_are_relative_to_the_folder_of_the_file(file: Path) -> None:
    file.write_text(
        '[recording]\ndirectory = "calls"\n[prompts]\nhold_music = "/srv/music.wav"\n'
        '[[numbers]]\nnumber = "1"\nflow = "flows/one.json"\n'
    )
    settings = load(file, {})
    assert settings.recording.directory == file.parent / "calls"
    assert settings.prompts.directory == file.parent / "var/prompts"
    assert settings.prompts.hold_music == Path("/srv/music.wav")
    assert settings.numbers[0].flow == file.parent / "flows/one.json"


def test_a_path_from_the_environment_is_relative_to_the_working_directory(file: Path) -> None:
    file.write_text('[recording]\ndirectory = "calls"\n')
    numbers = json.dumps([{"number": "1", "flow": "one.json"}])
    settings = load(file, {"EARSHOT_RECORDING__DIRECTORY": "here", "EARSHOT_NUMBERS": numbers})
    assert settings.recording.directory == Path("here")
    assert settings.numbers[0].flow == Path("one.json")


def test_the_file_may_be_named_by_a_relative_path(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("")
    monkeypatch.chdir(file.parent)
    assert load(Path(file.name), {}).recording.directory == file.parent / "var/recordings"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite+aiosqlite:///var/x.sqlite", "sqlite+aiosqlite:///{folder}/var/x.sqlite"),
        (
            "sqlite+aiosqlite:///x.sqlite?timeout=5",
            "sqlite+aiosqlite:///{folder}/x.sqlite?timeout=5",
        ),
        ("sqlite+aiosqlite:////srv/x.sqlite", "sqlite+aiosqlite:////srv/x.sqlite"),
        ("sqlite+aiosqlite:///:memory:", "sqlite+aiosqlite:///:memory:"),
        ("sqlite+aiosqlite://", "sqlite+aiosqlite://"),
        ("postgresql+asyncpg://u:p@db/earshot", "postgresql+asyncpg://u:p@db/earshot"),
    ],
)
def test_a_database_file_too_is_relative_to_the_folder(file: Path, url: str, expected: str) -> None:
    file.write_text(f'[database]\nurl = "{url}"\n')
    assert load(file, {}).database.url == expected.format(folder=file.parent)
    assert load(file, {"EARSHOT_DATABASE__URL": url}).database.url == url


# -- warnings


@pytest.mark.parametrize(
    ("content", "mode", "warned"),
    [
        (starter(Path("f.json")), 0o644, True),
        (starter(Path("f.json")), 0o600, False),
        ('[web]\ntoken = "x"\n', 0o604, True),
        ("[sip]\nport = 5070\n", 0o644, False),
    ],
)
def test_secrets_that_everyone_may_read_are_a_warning(
    file: Path, content: str, mode: int, warned: bool
) -> None:
    file.write_text(content)
    file.chmod(mode)
    found = warnings(load(file, {}), file, {})
    assert any("chmod 600" in each for each in found) is warned


def test_a_secret_from_the_environment_is_not_in_the_file(file: Path) -> None:
    file.write_text("")
    file.chmod(0o644)
    settings = load(file, {"EARSHOT_WEB__TOKEN": "x"})
    assert not any("chmod" in each for each in warnings(settings, file, {}))
