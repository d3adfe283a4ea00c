import json
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

import flows
from engine.flow_command import flow_app
from engine.flow_log import begun

SAMPLES = Path(flows.__file__).parent / "samples"
OLDER = {
    "modules": [
        {
            "id": "hello",
            "type": "PlayPrompt",
            "branches": [{"condition": "Success", "transition": "bye"}],
            "parameters": [{"name": "Text", "value": "Hi"}],
        },
        {"id": "hold", "type": "HoldCustomer", "branches": [], "parameters": []},
        {"id": "bye", "type": "Disconnect", "branches": [], "parameters": []},
    ],
    "start": "hello",
    "version": "1",
}


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(flow_app, [str(argument) for argument in arguments])


def written(folder: Path, document: Any, name: str = "flow.json") -> Path:
    file = folder / name
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return file


def transfer(reference: str) -> dict[str, Any]:
    go = {
        "Identifier": "go",
        "Type": "TransferToFlow",
        "Parameters": {"ContactFlowId": reference},
        "Transitions": {},
    }
    return {"Version": "2019-10-30", "StartAction": "go", "Actions": [go]}


def test_check_says_that_every_sample_is_fine() -> None:
    samples = sorted(SAMPLES.glob("*.json"))
    result = run("check", *samples)
    assert result.exit_code == 0
    assert result.stdout.count("no problems") == len(samples)


def test_check_prints_every_problem_of_every_file(tmp_path: Path) -> None:
    broken = {"Version": "1", "StartAction": "x", "Actions": [{"Identifier": "a", "Type": "Play"}]}
    result = run("check", written(tmp_path, broken), SAMPLES / "vip.json")
    assert result.exit_code == 1
    assert "/Version: Version must be 2019-10-30, not '1'" in result.stdout
    assert "/Actions/0/Type (block 'a'): Type 'Play' is no action type" in result.stdout
    assert "vip.json: no problems" in result.stdout


def test_check_may_ask_for_a_type_of_flow() -> None:
    assert run("check", SAMPLES / "vip.json", "--type", "contactFlow").exit_code == 0
    result = run("check", SAMPLES / "vip.json", "--type", "AGENT_WHISPER")
    assert result.exit_code == 1
    assert "may not stand in a flow of type agentWhisper" in result.stdout
    assert run("check", SAMPLES / "vip.json", "--type", "lunch").exit_code == 2


def test_check_warns_and_passes(tmp_path: Path) -> None:
    result = run("check", written(tmp_path, OLDER))
    assert result.exit_code == 0
    assert "warning: /modules/1/type" in result.stderr


def test_convert_prints_a_document_that_is_read_again(tmp_path: Path) -> None:
    result = run("convert", written(tmp_path, OLDER))
    assert result.exit_code == 0
    assert "HoldCustomer" in result.stderr
    assert flows.read(result.stdout, "converted").blocks["hello"].type == "MessageParticipant"


def test_convert_prints_a_flow_of_today_as_it_is(tmp_path: Path) -> None:
    sample = SAMPLES / "vip.json"
    assert json.loads(run("convert", sample).stdout) == json.loads(sample.read_text())


@pytest.mark.parametrize("document", ["{", {"Actions": []}, {"modules": 7, "start": "x"}])
def test_convert_refuses_what_is_no_flow(tmp_path: Path, document: Any) -> None:
    result = run("convert", written(tmp_path, document))
    assert result.exit_code == 2
    assert result.stdout == ""


def test_draw_writes_a_picture(tmp_path: Path) -> None:
    result = run("draw", SAMPLES / "vip.json", "-o", tmp_path / "vip.svg")
    assert result.exit_code == 0
    assert ElementTree.parse(tmp_path / "vip.svg").getroot().tag.endswith("svg")
    assert run("draw", SAMPLES / "vip.json").stdout == (tmp_path / "vip.svg").read_text()
    assert run("draw", SAMPLES / "vip.json", "-o", tmp_path / "no" / "vip.svg").exit_code == 2


def test_run_tells_a_contact_step_by_step() -> None:
    result = run("run", SAMPLES / "vip.json", "--answer", "agent1")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "      0.0 s  Compare 'Who calls'"
    assert lines[-1].endswith("agent1 answers")


def test_run_knows_what_it_is_told() -> None:
    told = ("run", SAMPLES / "vip.json", "--answer", "agent1", "--set")
    result = run(*told, "$.CustomerEndpoint.Address=+4930123456")
    assert "Mark as standard" in result.stdout
    assert run(*told, "nonsense").exit_code == 2


def test_run_fills_the_queue_and_closes_the_house() -> None:
    assert "hangs up" in run("run", SAMPLES / "vip.json", "--queue-full").stdout
    assert run("run", SAMPLES / "vip.json", "--closed").exit_code == 0


def test_run_presses_the_keys_it_is_given(tmp_path: Path) -> None:
    menu = {
        "Identifier": "menu",
        "Type": "GetParticipantInput",
        "Parameters": {"Text": "Number?", "InputTimeLimitSeconds": "5", "StoreInput": "True"},
        "Transitions": {"NextAction": "bye"},
    }
    bye = {"Identifier": "bye", "Type": "DisconnectParticipant"}
    document = {"Version": "2019-10-30", "StartAction": "menu", "Actions": [menu, bye]}
    result = run("run", written(tmp_path, document), "--digits", "42#")
    assert "-> '42' entered" in result.stdout
    result = run("run", written(tmp_path, document), "--patience", "3")
    assert result.stdout.splitlines()[-1] == "      3.0 s  the customer hangs up"


def test_run_finds_other_flows_by_the_name_of_their_file(tmp_path: Path) -> None:
    first = written(tmp_path, transfer("arn:aws:connect:x:1:instance/i/contact-flow/second"))
    second = written(tmp_path, OLDER, "second.json")
    result = run("run", first, "--with", second)
    assert result.exit_code == 0
    assert "plays text 'Hi'" in result.stdout


def test_run_tells_a_flow_that_breaks_off(tmp_path: Path) -> None:
    result = run("run", written(tmp_path, transfer("nowhere")))
    assert result.exit_code == 1
    assert "there is no flow 'nowhere'" in result.stdout
    assert "the flow breaks off" in result.stdout


@pytest.mark.parametrize("command", ["check", "convert", "draw", "run"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, command: str) -> None:
    result = run(command, tmp_path / "missing.json")
    assert result.exit_code == 2
    assert "missing.json" in result.stderr


def test_log_shows_the_steps_of_a_contact(tmp_path: Path) -> None:
    (tmp_path / "earshot.toml").write_text("")
    step = begun("one", "Contact", "menu", "hello", "MessageParticipant")
    step.led_to, step.answer = "bye", "PromptEnded"
    folder = tmp_path / "var" / "flow-log"
    folder.mkdir(parents=True)
    (folder / "flows-2026-11-22.jsonl").write_text(json.dumps(asdict(step)) + "\n")
    config = ("--config", str(tmp_path / "earshot.toml"))
    shown = run("log", "one", *config)
    assert "Contact: menu: MessageParticipant 'hello' (PromptEnded) -> bye" in shown.stdout
    assert json.loads(run("log", "one", "--json", *config).stdout) == asdict(step)
    assert run("log", "two", *config).exit_code == 1
    assert run("log", "one", "--config", str(tmp_path / "none.toml")).exit_code == 2


def test_run_answers_for_functions(tmp_path: Path) -> None:
    call = {
        "Identifier": "call",
        "Type": "InvokeLambdaFunction",
        "Parameters": {"LambdaFunctionARN": "lookup", "InvocationTimeLimitSeconds": "3"},
        "Transitions": {"NextAction": "say"},
    }
    say = {
        "Identifier": "say",
        "Type": "MessageParticipant",
        "Parameters": {"Text": "$.External.tier"},
        "Transitions": {"NextAction": "bye"},
    }
    bye = {"Identifier": "bye", "Type": "DisconnectParticipant"}
    document = {"Version": "2019-10-30", "StartAction": "call", "Actions": [call, say, bye]}
    file = written(tmp_path, document)
    told = run("run", file, "--function", 'lookup={"tier": "gold"}')
    assert told.exit_code == 0 and "plays text 'gold'" in told.output
    told = run("run", file, "--function", "lookup={tier}")
    assert told.exit_code == 2 and "ARN=JSON" in told.output


def test_schema_prints_what_is_kept_beside_the_flows() -> None:
    told = run("schema")
    kept = (SAMPLES.parent / "flow.schema.json").read_text()
    assert told.exit_code == 0 and told.output == kept
