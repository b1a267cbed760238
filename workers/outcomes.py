"""What a process that ended means for its run: typed, and in words that its owners can use."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from signal import Signals
from typing import Any

import structlog

from connectors.run_logs import last_of
from connectors.secrets import redacted
from graph_model.errors import HeadwaterError
from graph_model.jobs.limits import Limits
from graph_model.runs.entities import Failure
from workers.executors import CannotRunError, Explain, Explained, Task
from workers.process import Ended

# What a process may leave as its result, and what of it may be metrics of a version.
MOST_RESULT_BYTES = 1_000_000
MOST_METRICS_BYTES = 10_000
LONGEST_REASON = 2_000
# So much of each stream is looked at to tell why a process failed.
LAST_BYTES = 16_384
# Words of a reason that a ceiling of the kernel speaks in, and the limit that it belongs to.
_CEILINGS = {
    "memory": ("MemoryError", "ran out of memory", "Cannot allocate memory", "bad_alloc"),
    "disk": ("File too large", "SIGXFSZ"),
    "cpu": ("SIGXCPU",),
}

log = structlog.get_logger(__name__)


class BadResultError(CannotRunError):
    """What a process left as its result is not what a result may be."""


def result_of(task: Task) -> dict[str, Any]:
    """What the process left behind, {metrics} or {reason}; nothing where it left nothing. Raises BadResultError."""
    try:
        with task.result_file.open(encoding="utf-8") as file:
            text = file.read(MOST_RESULT_BYTES + 1)
    except (FileNotFoundError, UnicodeDecodeError):
        return {}
    if len(text) > MOST_RESULT_BYTES:
        raise BadResultError(f"its result has more than {MOST_RESULT_BYTES} characters")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def metrics_in(result: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics of a result: what JSON can say, by name. Raises BadResultError."""
    metrics = result.get("metrics") or {}
    if not isinstance(metrics, dict):
        raise BadResultError("its metrics are no numbers and texts by name")
    if not _is_finite(metrics):
        raise BadResultError("its metrics hold a number that is none, or is infinite")
    if len(json.dumps(metrics)) > MOST_METRICS_BYTES:
        raise BadResultError(f"its metrics have more than {MOST_METRICS_BYTES} characters: data belongs into an output")
    return metrics


def _is_finite(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def failure_of(
    task: Task, ended: Ended, result: Mapping[str, Any], limits: Limits, explain: Explain | None = None
) -> Failure | None:
    """Why a job failed, as far as its process tells, or else its executor; None when that ended well."""
    retry = ended.exit_code not in task.job.never_retry
    if ended.exceeded:
        return Failure(exceeded_words(ended.exceeded, limits), ended.exit_code, retry=retry)
    if ended.timed_out:
        return Failure(f"took longer than its {task.run.timeout_seconds:g} s and was ended", ended.exit_code)
    if ended.exit_code in (0, *task.job.policies.retries.success):
        return None
    told = _told(task, ended, result, explain) or Explained(how_it_ended(ended))
    reason = told.reason[:LONGEST_REASON]
    return Failure(f"{reason}{_ceiling(reason, limits)}", ended.exit_code, retry=retry and told.retry)


def _told(task: Task, ended: Ended, result: Mapping[str, Any], explain: Explain | None) -> Explained | None:
    """What the process says of its end, else what its executor makes of the exit code; None: neither says anything."""
    if result.get("reason"):
        return Explained(str(result["reason"]), retry=result.get("retry") is not False)
    if explain is None:
        return None
    printed = (last_of(task.folder, "job", stream, most=LAST_BYTES) for stream in ("stdout", "stderr"))
    return explain(ended.exit_code, "\n".join(printed))


def exceeded_words(bound: str, limits: Limits) -> str:
    most = limits.words(bound)
    if bound == "processes":
        return f"had more than its {most} processes at once and was ended"
    what = {"cpu": "processor time"}.get(bound, bound)
    return f"used more than its {most} of {what} and was ended"


def _ceiling(reason: str, limits: Limits) -> str:
    """What a job that was refused something by the kernel may take."""
    for bound, words in _CEILINGS.items():
        if bound in limits.said and any(word in reason for word in words):
            return f"; its limit of {bound} is {limits.words(bound)}"
    return ""


def how_it_ended(ended: Ended) -> str:
    number = ended.exit_code - 128
    how = f"was ended by {Signals(number).name}" if number in set(Signals) else f"exited with {ended.exit_code}"
    return f"{how}: {ended.last_line}" if ended.last_line else how


def without_secrets(failure: Failure, hidden: tuple[str, ...]) -> Failure:
    return Failure(redacted(failure.reason, hidden), failure.exit_code, retry=failure.retry)


def our_failure(error: Exception) -> Failure:
    """A run that Headwater itself could not carry out. What is known to be the job's own fault is not tried again."""
    if isinstance(error, CannotRunError):
        return Failure(str(error), retry=False)
    if not isinstance(error, HeadwaterError):
        log.error("an error that nobody foresaw", exc_info=error)
        return Failure(f"Headwater could not carry it out: {type(error).__name__}: {error}")
    return Failure(str(error))
