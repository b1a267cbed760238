"""The places on disk that belong to one attempt: its scratch folder and the staging places of its outputs."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import structlog

from connectors import storage
from connectors.checks.places import places_found
from connectors.databases.attempt import end_attempt
from connectors.run_logs import folder_of, is_printed
from graph_model.runs.entities import ClaimedRun, RunKind, RunOutput
from graph_model.versions.roots import Roots, as_roots
from workers.executors import Task
from workers.fences import fence_of, place_of

log = structlog.get_logger(__name__)


def attempt_folder(run: ClaimedRun) -> str:
    """The name that every folder of one attempt has: a newer fence never meets an older one's files."""
    return f"{run.id[:16]}-{run.fence}"


def open_task(run: ClaimedRun, roots: Roots | Path) -> Task:
    """The run with places that hold on this machine, and an empty scratch folder. Raises ContentError."""
    roots = as_roots(roots)
    folder = _scratch_folder(run, roots.folder)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tmp").mkdir(parents=True)
    # What lies nowhere has no place to open: a job that waits for it reads it by ways of its own.
    inputs = tuple(
        replace(item, content=storage.located(item.content, roots)) if item.content.location else item
        for item in run.inputs
    )
    outputs = tuple(
        replace(item, content=storage.located(item.content, roots), checks=places_found(item.checks, roots))
        for item in run.outputs
    )
    return Task(replace(run, inputs=inputs, outputs=outputs), folder)


def tidy(folder: Path) -> None:
    """Leaves only what the processes printed; a silent attempt leaves nothing."""
    for path in folder.glob("*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif not (is_printed(path) and path.stat().st_size):
            path.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def make_staging(outputs: Sequence[RunOutput]) -> None:
    """The folders that the outputs are written into. Tables need none."""
    for folder in filter(None, map(_folder_of, outputs)):
        folder.mkdir(parents=True, exist_ok=True)


def remove_staging(run: ClaimedRun, outputs: Sequence[RunOutput]) -> None:
    """Removes what a failed attempt wrote: only places that carry the mark of this attempt. Never raises."""
    for output in outputs:
        folder = _folder_of(output)
        try:
            if folder is None:
                end_attempt(output.content, place_of(run), fence_of(run, output))
                storage.discard(output.content)
            elif folder.name == attempt_folder(run):
                shutil.rmtree(folder, ignore_errors=True)
        except Exception:
            log.exception("a staging place could not be removed", dataset=str(output.dataset))


def sweep_attempt(run: ClaimedRun, roots: Roots | Path) -> None:
    """Removes what a dead attempt left: its staging, and all of its scratch folder but what its processes printed."""
    roots = as_roots(roots)
    folder = _scratch_folder(run, roots.folder)
    if folder.is_dir():
        tidy(folder)
    if run.kind is RunKind.JOB:
        outputs = tuple(replace(item, content=storage.located(item.content, roots)) for item in run.outputs)
        remove_staging(run, outputs)


def _scratch_folder(run: ClaimedRun, root: Path) -> Path:
    return folder_of(root, run.id, run.fence)


def _folder_of(output: RunOutput) -> Path | None:
    return None if output.content.format == "table" else Path(output.content.location).parent
