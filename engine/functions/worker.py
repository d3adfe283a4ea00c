"""The other process: runs the functions of a folder, one call after the other.

Run as a file, `python -I worker.py FOLDER MEGABYTES`, so that it has nothing of the engine in it.
Standard input is a socket: requests come there and answers go back, each as four bytes of length,
big-endian, and JSON. What functions print goes to standard error.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import socket
import struct
import sys
import traceback
from typing import Any

HEADER = struct.Struct(">I")
MAX_ANSWER = 32 * 1024  # bytes of JSON
GRACE_SECONDS = 2
"""The engine ends a call that takes too long; only where it is gone itself, the process does."""


def main(folder: str, megabytes: str) -> None:
    requests = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    memory = int(megabytes) << 20
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path.insert(0, folder)
    stream = requests.makefile("rwb")
    while header := stream.read(HEADER.size):
        answer = json.dumps(answer_to(json.loads(stream.read(*HEADER.unpack(header))))).encode()
        stream.write(HEADER.pack(len(answer)) + answer)
        stream.flush()


def answer_to(request: dict[str, Any]) -> dict[str, str]:
    """`answer` is JSON in a text; `error` is what went wrong, without a value in it."""
    signal.alarm(request["seconds"] + GRACE_SECONDS)
    try:
        module, _, name = request["python"].rpartition(".")
        function = getattr(importlib.import_module(module), name)
        answer = json.dumps(function(request["event"], None), allow_nan=False)
    except Exception as error:
        return {"error": f"{type(error).__name__} {place_of(error)}"}
    finally:
        signal.alarm(0)
    if len(answer) > MAX_ANSWER:
        return {"error": f"answered {len(answer)} bytes, more than {MAX_ANSWER}"}
    return {"answer": answer}


def place_of(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"in {os.path.basename(last.filename)}, line {last.lineno}"


if __name__ == "__main__":
    main(*sys.argv[1:])
