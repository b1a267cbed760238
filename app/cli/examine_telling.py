"""What the doctor says about those who are told of our runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.cli.findings import Finding, Findings

if TYPE_CHECKING:
    from graph_model.emitting.repository import Backlog
    from graph_model.store.graph import Graph

SUBJECT = "openlineage"
# What waits no longer than this is just being sent.
SECONDS_TO_SEND = 60.0


def examine_telling(graph: Graph) -> Findings:
    from graph_model.emitting.repository import backlog

    yield telling_finding(backlog(graph), datetime.now(UTC))


def telling_finding(found: Backlog, now: datetime) -> Finding:
    """`now` only tells how long something waits already."""
    dropped = f"; {found.dropped} were let go, because too many waited" if found.dropped else ""
    if found.refused:
        said = f"{found.refused} events were refused, such as: {found.reason}{dropped}"
        return Finding("FAIL", SUBJECT, said, "look at what stands behind HEADWATER_OPENLINEAGE_URL")
    if _waits_too_long(found, now):
        return Finding("FAIL", SUBJECT, f"{_waiting(found)}: {_why(found)}{dropped}", _mend(found))
    if not found.subscribed:
        return Finding("OK", SUBJECT, f"nobody is told of runs{dropped}")
    return Finding("OK", SUBJECT, f"runs are told; {found.waiting} events wait{dropped}")


def _waits_too_long(found: Backlog, now: datetime) -> bool:
    if found.oldest is None:
        return False
    return found.trouble is not None or (now - found.oldest).total_seconds() > SECONDS_TO_SEND


def _waiting(found: Backlog) -> str:
    return f"{found.waiting} events of runs wait since {found.oldest:%Y-%m-%d %H:%M:%S}"


def _why(found: Backlog) -> str:
    return found.trouble or "no worker that knows an address is there to send them"


def _mend(found: Backlog) -> str:
    if found.trouble:
        return "start the receiver, or mend HEADWATER_OPENLINEAGE_URL"
    return "HEADWATER_OPENLINEAGE_URL=… headwater worker"
