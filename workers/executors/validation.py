"""Validation of contents, never in the worker: a content that brings its reader down leaves it standing. Small contents
go to a process that stands ready, and whatever that does not find good, to a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from connectors.checks.process import request_of, validated_from
from connectors.checks.standing import are_good, is_small
from connectors.storage.limits import MEMORY_MB
from graph_model.errors import StorageUnavailable
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


def good_at_once(
    outputs: Sequence[RunOutput], ask: Callable[[str], str | None], *, memory_mb: int = MEMORY_MB
) -> tuple[Validated, ...] | None:
    """What a process that stands ready finds, as long as it finds all of it good. None: a process of its own must tell,
    because a content is large, asks for more than our own statements, is not good, or nobody answers.
    """
    if not all(is_small(output.content, output.checks) for output in outputs):
        return None
    items = [(output.content, output.checks) for output in outputs]
    answer = ask(request_of(items, memory_mb=memory_mb))
    if answer is None:
        return None
    try:
        found = validated_from(answer)
    except StorageUnavailable:
        return None
    return found if are_good(found) else None


def answers(task: Task) -> tuple[Validated, ...]:
    """What it found, in the order of the outputs asked for. Raises StorageUnavailable when a place was down."""
    return validated_from(_answer(task).read_text(encoding="utf-8"))


def _answer(task: Task) -> Path:
    return task.folder / "validate.answer.json"
