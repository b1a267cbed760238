"""Calls one check function. Stand-alone: it imports nothing of Headwater and takes Headwater's folder off `sys.path`.

Run as `python -I function_child.py REQUEST.json ANSWER.json`, with the rows as a stream of Arrow on standard input.
"""

from __future__ import annotations

import importlib
import json
import numbers
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa


def main(request_file: str, answer_file: str) -> int:
    request = json.loads(Path(request_file).read_text(encoding="utf-8"))
    try:
        answer = said(call(request))
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever it raises is what its owners must read
        traceback.print_exc()
        answer = {"raised": traceback.format_exception_only(error)[-1].strip()}
    temporary = Path(f"{answer_file}.new")
    temporary.write_text(json.dumps(answer, default=str), encoding="utf-8")
    temporary.replace(answer_file)
    return 0


def call(request: Mapping[str, Any]) -> object:
    headwater = os.path.realpath(request["headwater"])
    kept = [entry for entry in sys.path if os.path.realpath(entry) != headwater or is_shared(entry)]
    sys.path[:] = [request["project"], *kept]
    module, _, name = request["function"].partition(":")
    function = getattr(importlib.import_module(module), name)
    os.chdir(request["project"])
    with os.fdopen(os.dup(0), "rb") as rows, pa.ipc.open_stream(rows) as reader:
        return function(reader, **request["arguments"])


def is_shared(entry: str) -> bool:
    """Where Headwater is installed as a package, its folder is that of all packages, and a check needs the others."""
    return Path(entry).name in {"site-packages", "dist-packages"}


def said(returned: object) -> dict[str, Any]:
    """In one form what may be returned in several."""
    if isinstance(returned, Mapping):
        known = ("passed", "value", "message", "failed_rows", "sample")
        unknown = sorted(str(name) for name in returned.keys() - set(known))
        if unknown:
            raise TypeError(f"the check returned {', '.join(unknown)}; known are {', '.join(known)}")
        found = {name: returned.get(name) for name in known}
        return {**found, "value": number_of(found["value"]), "passed": word_of(found["passed"])}
    if isinstance(returned, str):
        return {"passed": not returned, "message": returned}
    word = word_of(returned)
    return {"passed": word} if word is not None else {"value": number_of(returned)}


def word_of(returned: object) -> bool | None:
    """Also for the booleans of numpy."""
    return bool(returned) if type(returned).__name__ in ("bool", "bool_") else None


def number_of(returned: object) -> float | None:
    if returned is None:
        return None
    if hasattr(returned, "as_py"):  # a scalar of Arrow
        returned = returned.as_py()  # type: ignore[union-attr]
    if isinstance(returned, numbers.Number) or hasattr(returned, "__float__"):
        return float(returned)  # type: ignore[arg-type]
    raise TypeError(
        f"the check returned {type(returned).__name__}; True, False, a number, a text or a mapping is expected"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
