"""Validation of contents, in a process of its own: a content that brings its reader down leaves the worker standing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from connectors.checks.process import request_of, validated_from
from connectors.storage.limits import MEMORY_MB
from graph_model.runs.entities import RunOutput
from graph_model.versions.entities import Validated
from workers.executors.base import Launch, Task
from workers.executors.handover import write_private

CHILD = Path(__file__).with_name("validation_child.py")


def prepare(task: Task, outputs: Sequence[RunOutput], *, memory_mb: int = MEMORY_MB) -> Launch:
    """The command that validates these contents, with so much memory for their rows."""
    request = task.folder / "validate.request.json"
    write_private(request, request_of([(output.content, output.checks) for output in outputs], memory_mb=memory_mb))
    argv = (sys.executable, "-I", str(CHILD), str(request), str(_answer(task)))
    return Launch(argv, task.folder, template="checks")


def answers(task: Task) -> tuple[Validated, ...]:
    """What it found, in the order of the outputs asked for. Raises StorageUnavailable when a place was down."""
    return validated_from(_answer(task).read_text(encoding="utf-8"))


def _answer(task: Task) -> Path:
    return task.folder / "validate.answer.json"
