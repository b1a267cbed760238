"""Why a job partition waits, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from graph_model.names import Name
from graph_model.readiness.control import SUCCESS
from graph_model.readiness.decide import Reason, Why
from graph_model.readiness.rules import InputNeed
from graph_model.readiness.terms import lasting

Names = Mapping[str, Name]
"""Of datasets, and of jobs that are waited for, by id."""


def sentence(reason: Reason, names: Names) -> str:
    """One reason to wait. What is only missing is told with its state, elsewhere."""
    return _SENTENCES[reason.why](reason, names)


def _missing(reason: Reason, names: Names) -> str:
    serves = f"; from {moment(reason.until)} on an earlier good version serves" if reason.until else ""
    return f"waits for {_where(reason, names)}{serves}"


def _expired(reason: Reason, names: Names) -> str:
    return f"{_where(reason, names)} has expired"


def _too_old(reason: Reason, names: Names) -> str:
    most = reason.input.terms.max_age if reason.input else 0.0
    return (
        f"the newest good version of {_where(reason, names)} is {roughly(reason.age)} old; "
        f"at most {lasting(most or 0.0)} are allowed"
    )


def _not_newer(reason: Reason, names: Names) -> str:
    last = (reason.input.terms.newer_than or "last_run") if reason.input else "last_run"
    return f"{_where(reason, names)} is not newer than the {last.replace('_', ' ')}"


def _too_few(reason: Reason, names: Names) -> str:
    if reason.group is None:
        return ""
    least, count = reason.group.at_least, len(reason.members)
    there = ", ".join(sorted(names[one].name for one in reason.there)) or "none"
    more = f"{least - len(reason.there)} more of {reason.group.name}"
    return f"waits for {more} (at least {least} of {count}; there: {there})"


def _waited_for(reason: Reason, names: Names) -> str:
    group = reason.input.terms.group if reason.input else None
    rest = f"{_where(reason, names)} of {group.name}" if group else f"the optional {_where(reason, names)}"
    return f"waits until {moment(reason.until)} for {rest}"


def _nothing(reason: Reason, names: Names) -> str:  # noqa: ARG001
    return "none of its inputs is there yet"


def _control(reason: Reason, names: Names) -> str:
    if reason.control is None:
        return ""
    wanted = "" if reason.control.state == SUCCESS else f", waited for until {reason.control.state}"
    stands = f"is {reason.stands.state}" if reason.stands else "had no run yet"
    return f"after job {names[reason.control.job]}@{', '.join(reason.keys) or 'whole'}: {stands}{wanted}"


_SENTENCES = {
    Why.MISSING: _missing,
    Why.EXPIRED: _expired,
    Why.TOO_OLD: _too_old,
    Why.NOT_NEWER: _not_newer,
    Why.TOO_FEW: _too_few,
    Why.WAITED_FOR: _waited_for,
    Why.NOTHING: _nothing,
    Why.CONTROL: _control,
}


def _where(reason: Reason, names: Names) -> str:
    need = reason.input
    return ", ".join(where(need, key, names) for key in reason.keys) if need else ""


def where(need: InputNeed, key: str, names: Names) -> str:
    return f"{names[need.dataset]}@{key or 'whole'}"


def moment(at: datetime | None) -> str:
    """Up to the second, and never before the moment itself."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "some time"


def roughly(seconds: float) -> str:
    """How old something is, in its largest whole unit."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"
