"""A folder of functions, as an operator writes them, and the engine's settings for it."""

from __future__ import annotations

from pathlib import Path

from config import FunctionSettings

SOURCE = """
import os, sys, time

def echo(event, context):
    print("said on standard output")
    return event

def environment(event, context):
    return dict(os.environ)

def process(event, context):
    return {"pid": str(os.getpid())}

def fails(event, context):
    return {}[event["secret"]]

def hangs(event, context):
    time.sleep(60)

def crashes(event, context):
    os.kill(os.getpid(), 11)

def leaves(event, context):
    sys.exit(1)

def fills_memory(event, context):
    return {"size": str(len(bytes(1 << 40)))}

def answers(event, context):
    return {"text": "x" * event["size"]}

def nothing(event, context):
    return float("nan")
"""


def written(folder: Path, **values: object) -> FunctionSettings:
    """All of SOURCE in a module `desk`."""
    (folder / "desk.py").write_text(SOURCE)
    return FunctionSettings.model_validate({"directory": folder, "processes": 2, **values})
