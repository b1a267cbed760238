"""What a contract promises about keeping data: `retention` among its service levels."""

from __future__ import annotations

from graph_model.contracts.document import Document
from graph_model.contracts.service import SECONDS_OF
from graph_model.contracts.source import Path, Source
from graph_model.errors import InvalidContract, nearest
from graph_model.retention.entities import Retention

# The standard leaves it open how a unit is spelled.
_UNITS = {
    **dict.fromkeys(("h", "hour", "hours"), "hour"),
    **dict.fromkeys(("d", "day", "days"), "day"),
    **dict.fromkeys(("w", "week", "weeks"), "week"),
    **dict.fromkeys(("m", "month", "months"), "month"),
    **dict.fromkeys(("y", "year", "years", "yr"), "year"),
}


def retention_of_contract(document: Document, *, file: str) -> Retention | None:
    """The service level `retention` of an ODCS contract, as the age of what was replaced; None where there is none.

    Raises InvalidContract for one that says no length of time.
    """
    levels = document.content.get("slaProperties")
    for position, level in enumerate(levels if isinstance(levels, list) else ()):
        if not isinstance(level, dict) or level.get("property") != "retention":
            continue
        try:
            return Retention(age=_seconds(level.get("value"), level.get("unit")))
        except _NoLength as error:
            raise _refusal(document, file, ("slaProperties", position, error.key), str(error)) from None
    return None


class _NoLength(ValueError):
    """What stands under `key` is no part of a length of time."""

    def __init__(self, key: str, problem: str) -> None:
        self.key = key
        super().__init__(problem)


def _refusal(document: Document, file: str, path: Path, problem: str) -> InvalidContract:
    """The text is read once more only to find the line."""
    return Source(document.text, file).refusal(path, problem)


def _seconds(value: object, unit: object) -> float:
    of = _UNITS.get(str(unit or "d").lower())
    if of is None:
        near = nearest(str(unit), _UNITS)
        hint = f"did you mean {near}?" if near else "write days, weeks, months or years"
        raise _NoLength("unit", f"retention: {unit} is no unit of time; {hint}")
    try:
        seconds = float(str(value)) * SECONDS_OF[of]
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise _NoLength("value", f"retention: {value} is no number of {unit or 'days'}")
    return round(seconds, 3)
