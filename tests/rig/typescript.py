"""The pure modules of the console, run by Node as they stand."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from engine.web.build import SOURCES, with_node

OPTIONS = ("--module", "es2022", "--target", "es2023", "--skipLibCheck")
SERVE = """
import * as module from %s;
import { createInterface } from "node:readline";
for await (const line of createInterface({ input: process.stdin })) {
  const [name, given] = JSON.parse(line);
  console.log(JSON.stringify(module[name](...given)));
}
"""


class Module:
    """One file below `src` that imports nothing but types; compiled into `folder`."""

    def __init__(self, source: str, folder: Path) -> None:
        compiler = SOURCES / "node_modules" / ".bin" / "tsc"
        if not compiler.exists():
            pytest.skip("the console is not built: `make set-up` builds it where there is Node")
        environment = with_node(os.environ["PATH"])
        command = [str(compiler), str(SOURCES / "src" / source), *OPTIONS, "--outDir", str(folder)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        script = (folder / Path(source).name).with_suffix(".js")
        module = script.rename(script.with_suffix(".mjs"))
        self._node = subprocess.Popen(
            ["node", "--input-type=module", "--eval", SERVE % json.dumps(str(module))],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, function: str, *arguments: Any) -> Any:
        """What an exported function answers; arguments and answer are JSON."""
        assert self._node.stdin and self._node.stdout
        self._node.stdin.write(f"{json.dumps([function, arguments])}\n")
        self._node.stdin.flush()
        line = self._node.stdout.readline()
        assert line, f"{function} threw"
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._node.__exit__(kind, error, traceback)  # closes its input, which ends it
