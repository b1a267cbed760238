"""What a contract promises about keeping data: `retention` among its service levels."""

from __future__ import annotations

from graph_model.contracts.source import Path, Source
from graph_model.errors import nearest
from graph_model.retention.entities import Retention

_DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 30.4375, "y": 365.25}
# The standard leaves it open how a unit is spelled.
_LETTERS = {
    **{letter: letter for letter in _DAYS},
    "hour": "h",
    "hours": "h",
    "day": "d",
    "days": "d",
    "week": "w",
    "weeks": "w",
    "month": "m",
    "months": "m",
    "year": "y",
    "years": "y",
    "yr": "y",
}


def retention_of_contract(text: str, *, file: str) -> Retention | None:
    """The service level `retention` of an ODCS contract, as the age of what was replaced; None where there is none.

    Raises InvalidContract for one that says no length of time.
    """
    source = Source(text, file)
    levels = source.document.get("slaProperties")
    for position, level in enumerate(levels if isinstance(levels, list) else ()):
        if isinstance(level, dict) and level.get("property") == "retention":
            return Retention(age=_seconds(source, ("slaProperties", position), level.get("value"), level.get("unit")))
    return None


def _seconds(source: Source, path: Path, value: object, unit: object) -> float:
    letter = _LETTERS.get(str(unit or "d").lower())
    if letter is None:
        near = nearest(str(unit), _LETTERS)
        hint = f"did you mean {near}?" if near else "write days, weeks, months or years"
        raise source.refusal((*path, "unit"), f"retention: {unit} is no unit of time; {hint}")
    try:
        seconds = float(str(value)) * _DAYS[letter] * 86_400
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise source.refusal((*path, "value"), f"retention: {value} is no number of {unit or 'days'}")
    return round(seconds, 3)
