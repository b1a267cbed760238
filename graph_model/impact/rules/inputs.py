"""Rules about whole inputs: gone, late, doubtful, with other rows."""

from __future__ import annotations

from graph_model.impact.entities import Verdict
from graph_model.impact.rules.reading import DatasetHarm, Finding, Path, Reading, cause, has
from graph_model.names import Name


def dataset_is_gone(reading: Reading) -> Finding | None:
    """Whoever reads a dataset that is dropped breaks."""
    if not has(reading, DatasetHarm.GONE):
        return None
    remedy = f"keep {reading.dataset} until {reading.reader} no longer reads it"
    reason = f"reads {reading.dataset}, which is dropped"
    return Finding(Verdict.BREAKS, "HIT", "dataset_is_gone", reason, reading.path, remedy)


def input_stalls(reading: Reading) -> Finding | None:
    """Whoever needs a dataset that no longer arrives waits for ever."""
    if not has(reading, DatasetHarm.STALLED) or not reading.required:
        return None
    reason = f"waits for {reading.dataset}, which no longer arrives: {cause(reading)}"
    remedy = "mend what it waits for; nothing is wrong with it itself"
    return Finding(Verdict.BREAKS, "STALLED", "input_stalls", reason, reading.path, remedy)


def input_may_stall(reading: Reading) -> Finding | None:
    """Whoever needs what a job makes that may fail may wait for it, whichever columns it uses."""
    if not has(reading, DatasetHarm.MAY_STALL):
        return None
    reason = f"needs {reading.dataset}, which may no longer arrive: {cause(reading)}"
    remedy = "try what makes it first"
    return Finding(Verdict.RISKY, "", "input_may_stall", reason, reading.path, remedy, may_fail=reading.required)


def input_is_doubtful(reading: Reading) -> Finding | None:
    """Whoever depends on something of which nobody knows whether it breaks is not known to be safe."""
    if not has(reading, DatasetHarm.DOUBTFUL):
        return None
    reason = f"reads {reading.dataset}, and whether that still arrives is not known: {cause(reading)}"
    return Finding(Verdict.UNKNOWN, "", "input_is_doubtful", reason, reading.path, "settle what is not known upstream")


def optional_input_stalls(reading: Reading) -> Finding | None:
    """A job goes on without an optional input, and makes something else of it."""
    if not has(reading, DatasetHarm.STALLED) or reading.required:
        return None
    reason = f"goes on without {reading.dataset}, which is optional to it and no longer arrives: {cause(reading)}"
    return Finding(Verdict.RISKY, "", "optional_input_stalls", reason, reading.path, "mend what it can do without")


def rows_may_change(reading: Reading) -> Finding | None:
    """A dataset whose rows are decided by something that changes may hold other rows."""
    if not has(reading, DatasetHarm.ROWS_CHANGE):
        return None
    reason = f"reads {reading.dataset}, whose rows may change: {cause(reading)}"
    remedy = f"compare what {reading.reader} gets before and after"
    return Finding(Verdict.RISKY, "", "rows_may_change", reason, reading.path, remedy)


def inputs_stay(reading: Reading) -> Finding:
    """Nothing happens to the dataset at all."""
    return all_stays(reading.dataset, reading.direct)


def all_stays(dataset: Name, path: Path) -> Finding:
    """What is found of a reader to whose inputs nothing happens; `dataset` is the nearest of them."""
    reason = f"nothing happens to {dataset}, which it reads"
    return Finding(Verdict.SAFE, "", "inputs_stay", reason, path, stalls=False)
