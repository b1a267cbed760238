"""Checks that a project writes in Python: a function of the rows, in a process of its own with a time limit.

The rows come from the scan, as a stream: what was hashed is what the function sees. The function gets a process because
it may loop for ever, use up its memory, or bring modules that are called like ours.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from connectors.checks.queries import judged
from connectors.checks.rules import CheckError
from connectors.checks.run import MASK, SAMPLES, plain
from connectors.storage.scan import Scan, selection
from graph_model.contracts.entities import Check, CheckResult, lies_in
from graph_model.versions.entities import Content

CHILD = Path(__file__).with_name("function_child.py")
BATCH = 50_000


def python(scan: Scan, _: Content, check: Check) -> CheckResult:
    """What a function of the project says about the rows: True or False, a number, a reason, or a mapping of these.

    Whatever it raises, and running out of time, becomes a failed result that says so.
    """
    project = check.params.get("project")
    if not project or not Path(project).is_dir():
        raise CheckError(f"the project folder {project or ''} is not on this machine".replace("  ", " "))
    with TemporaryDirectory(prefix="headwater-") as folder:
        said = _call(scan, check, Path(folder))
    return _judged(check, said)


def _call(scan: Scan, check: Check, folder: Path) -> Mapping[str, Any]:
    """What the function's process left behind. Raises CheckError where it left nothing."""
    request, answer = folder / "request.json", folder / "answer.json"
    names = ("function", "arguments", "project")
    words = {name: check.params.get(name) for name in names} | {"headwater": str(Path(__file__).parents[2])}
    request.write_text(json.dumps(words))
    seconds = float(check.params.get("timeout", 60))
    with subprocess.Popen(
        [sys.executable, "-I", str(CHILD), str(request), str(answer)], stdin=subprocess.PIPE, cwd=folder
    ) as process:
        late = threading.Event()
        timer = threading.Timer(seconds, lambda: (late.set(), process.kill()))
        timer.start()
        try:
            _send(scan, process)
            process.wait()
        finally:
            timer.cancel()
            process.kill()
    if late.is_set():
        raise CheckError(f"{check.params['function']} took longer than {seconds:g} s")
    if not answer.is_file():
        raise CheckError(f"{check.params['function']} ended its process with exit code {process.returncode}")
    return json.loads(answer.read_text())


def _send(scan: Scan, process: subprocess.Popen[bytes]) -> None:
    """All rows as a stream of Arrow; a function that has seen enough may close its end."""
    assert process.stdin is not None
    reader = scan.connection.sql(selection(scan.relation, None)).to_arrow_reader(BATCH)
    with suppress(BrokenPipeError, OSError):
        with pa.ipc.new_stream(process.stdin, reader.schema) as stream:
            for batch in reader:
                stream.write_batch(batch)
        process.stdin.close()


def _judged(check: Check, said: Mapping[str, Any]) -> CheckResult:
    if "raised" in said:
        raise CheckError(f"{check.params['function']} raised {said['raised']}")
    value, message = said.get("value"), str(said.get("message") or "")
    result = _by_number(check, value) if said.get("passed") is None else _by_word(check, said)
    if message:
        result = replace(result, message=f"{check.kind} ({check.params['function']}): {message}")
    return replace(
        result, value=value, failed_rows=int(said.get("failed_rows") or 0), sample=_sample(check, said.get("sample"))
    )


def _by_word(check: Check, said: Mapping[str, Any]) -> CheckResult:
    word = "holds" if said["passed"] else "does not hold"
    message = f"{check.kind} ({check.params['function']}): {word}"
    return CheckResult(check.name, check.kind, bool(said["passed"]), check.severity, 0, message)


def _by_number(check: Check, value: Any) -> CheckResult:
    if value is None:
        raise CheckError(f"{check.params['function']} returned nothing: True, False, a number or a mapping is expected")
    if "must" not in check.params:
        raise CheckError(f"{check.params['function']} returned {value:g}, and the rule does not say what it must be")
    found = judged(check, value)
    said = found.message.partition(": ")[2]
    return replace(found, message=f"{check.kind} ({check.params['function']}): {said}")


def _sample(check: Check, rows: Any) -> tuple[dict[str, Any], ...]:
    """A few rows that the function shows, without what nobody may see."""
    if not isinstance(rows, list):
        return ()
    shown = [row for row in rows if isinstance(row, dict)][:SAMPLES]
    return tuple({str(name): _masked(check, str(name), value) for name, value in row.items()} for row in shown)


def _masked(check: Check, name: str, value: Any) -> Any:
    hidden = any(lies_in(name, path) for path in check.params.get("masked", ()))
    return MASK if hidden and value is not None else plain(value)
