"""What owners are told of a deadline, in words."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from graph_model.audit.record import Notice
from graph_model.deadlines.entities import DeadlineForecast, Outlook


class DeadlineState(StrEnum):
    """What is recorded of a deadline. KEPT and MISSED are final. RECOVERED: it had been predicted to be missed, and is
    not likely to be any more."""

    OPEN = "OPEN"
    PREDICTED = "PREDICTED"
    RECOVERED = "RECOVERED"
    KEPT = "KEPT"
    MISSED = "MISSED"


FINAL = (DeadlineState.KEPT, DeadlineState.MISSED)


def follows(state: DeadlineState, outlook: Outlook) -> DeadlineState | None:
    """What becomes of a deadline by its outlook; None: nothing new. A prediction is taken back only by one that is
    on time with 95 % certainty, so that it does not come and go."""
    if state in FINAL:
        return None
    if outlook is Outlook.MISSED:
        return DeadlineState.MISSED
    if outlook is Outlook.KEPT:
        return DeadlineState.KEPT
    if outlook is Outlook.LATE and state is not DeadlineState.PREDICTED:
        return DeadlineState.PREDICTED
    if outlook is Outlook.ON_TIME and state is DeadlineState.PREDICTED:
        return DeadlineState.RECOVERED
    return None


def notice_of(found: DeadlineForecast, before: DeadlineState, state: DeadlineState) -> Notice | None:
    """What the owners of the consumer are told; None: that a deadline was kept which nobody doubted."""
    kind, title = _TITLES[state]
    if state is DeadlineState.KEPT and before is not DeadlineState.PREDICTED:
        return None
    consumer = found.consumer
    return Notice(
        id=f"deadline/{found.id}/{kind}",
        kind=f"deadline_{kind}",
        subject=found.id,
        about=found.consumer_id,
        title=title.format(consumer=consumer, day=found.day),
        body="\n".join(_lines(found)),
    )


def detail_of(found: DeadlineForecast) -> dict[str, Any]:
    """For the audit."""
    return {
        "consumer": str(found.consumer),
        "day": found.day.isoformat(),
        "due": found.due.isoformat(),
        "ends": found.ends.likely.isoformat() if found.ends.likely else None,
    }


_TITLES = {
    DeadlineState.PREDICTED: ("predicted", "{consumer} is likely to miss its deadline for {day}"),
    DeadlineState.RECOVERED: ("recovered", "{consumer} is likely to keep its deadline for {day} after all"),
    DeadlineState.KEPT: ("recovered", "{consumer} kept its deadline for {day} after all"),
    DeadlineState.MISSED: ("missed", "{consumer} missed its deadline for {day}"),
}


def _lines(found: DeadlineForecast) -> list[str]:
    lines = [f"What it reads for {found.day} is due at {clock(found.due)}."]
    if found.reason:
        lines.append(f"{found.reason[0].upper()}{found.reason[1:]}.")
    if not found.missing and found.ends.likely:
        lines.append(f"All of it is there since {clock(found.ends.likely)}.")
    elif found.ends.likely and not found.ends.unknown:
        lines.append(f"It will likely be there at {clock(found.ends.likely)}{_by(found)}.")
    if found.missing:
        lines.append(f"Not there yet: {', '.join(found.missing)}.")
    return lines


def _by(found: DeadlineForecast) -> str:
    if found.over is None:
        return ""
    late = f"; at 95 %, at {clock(found.ends.late)}" if found.ends.late else ""
    return f", {minutes(abs(found.over))} {'late' if found.over > 0 else 'before'}{late}"


def minutes(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h 05 min`, `2 d 4 h`; rounded."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    whole = round(seconds / 60)
    if whole < 60:
        return f"{whole} min"
    if whole < 2 * 24 * 60:
        return f"{whole // 60} h {whole % 60:02} min"
    return f"{whole // 1440} d {whole % 1440 // 60} h"


def clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
