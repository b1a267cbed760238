"""Validation in a process of its own, for whoever is no worker: what brings it down leaves the caller standing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.checks.process import request_of, validated_from
from graph_model.contracts.entities import Check
from graph_model.errors import ContentError
from graph_model.versions.entities import Content, Validated

ROOT = Path(__file__).parents[2]
_CHILD = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from connectors.checks.process import main
sys.exit(main(sys.argv[1:]))
"""
# No setting of Headwater: what is read here may be anything, and must not find the way to the graph.
_PASSED_ON = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "PATH", "TMPDIR", "TZ")


def validate_apart(content: Content, checks: Sequence[Check], *, timeout: float) -> Validated:
    """What `validate` finds, at most `timeout` seconds later. `content` lies where this machine finds it.

    Raises StorageUnavailable, and ContentError where the process ends without an answer.
    """
    with TemporaryDirectory(prefix="headwater-") as folder:
        request, response = Path(folder, "request.json"), Path(folder, "response.json")
        request.write_text(request_of([(content, checks)]), encoding="utf-8")
        argv = (sys.executable, "-I", "-c", _CHILD, str(ROOT), str(request), str(response))
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        try:
            ended = subprocess.run(argv, env=environment, cwd=folder, timeout=timeout, check=False, capture_output=True)
        except subprocess.TimeoutExpired:
            raise ContentError(f"its validation took longer than {timeout:g} s") from None
        if not response.is_file():
            last = ended.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise ContentError(f"its validation ended with code {ended.returncode} and no answer: {last}")
        return validated_from(response.read_text(encoding="utf-8"))[0]
