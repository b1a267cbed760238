"""Quality rules that the standard leaves to an engine, where the engine is ours: `type: custom, engine: headwater`.

What each needs of the graph (history, another dataset's version, an instant) is filled in when a version is validated:
see graph_model/checks/surroundings.py.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from graph_model.contracts.source import Path, Source, texts
from graph_model.errors import InvalidContract, InvalidName, UnknownTimeZone, nearest
from graph_model.estate.durations import EXAMPLE, parse_duration
from graph_model.names import parse_name
from graph_model.partitions.zones import zone

ENGINE = "headwater"
PARTITIONS = ("same", "latest", "whole")
"""Which version of another dataset is compared with: that of the same key, of the newest partition, or the only one."""
_FUNCTION = re.compile(r"^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$")
_PERCENT = re.compile(r"^(\d+(?:\.\d+)?)\s*%$")
_MOST_VERSIONS = 1000
_MOST_SECONDS = 600.0


class OwnRule:
    """One rule of ours: what its `implementation` says, and where. `columns` maps names of properties to columns."""

    def __init__(self, source: Source, path: Path, *, column: str | None, columns: Mapping[str, str]) -> None:
        self._source, self._path = source, (*path, "implementation")
        self.column, self.columns = column, columns
        said = source.at(path).get("implementation")
        if not isinstance(said, dict):
            raise source.refusal(path, f"a rule of engine {ENGINE} needs an implementation: {{check: NAME, …}}")
        self._said: dict[str, Any] = said
        self.check = self.word("check", tuple(_KINDS))

    def kind(self) -> tuple[str, dict[str, Any]]:
        """The kind of check, and its params but for `must`. Raises InvalidContract."""
        kind, keys, read = _KINDS[self.check]
        self._source.known_keys(self._path, ("check", *keys))
        if self.column is not None and kind in _OF_WHOLE_OBJECTS:
            raise self.refusal("check", f"{self.check} is about the whole object: move the rule out of the property")
        return kind, read(self)

    def refusal(self, key: str, message: str) -> InvalidContract:
        return self._source.refusal((*self._path, key), message)

    def says(self, key: str) -> bool:
        return key in self._said

    def get(self, key: str) -> Any:
        return self._said.get(key)

    def word(self, key: str, known: Collection[str], default: str | None = None) -> str:
        said = self.get(key) if key in self._said else default
        if said in known:
            return str(said)
        if said is None:
            raise self.refusal(key, f"the rule does not say its {key}: {texts(tuple(known))}")
        near = nearest(str(said), known)
        raise self.refusal(key, f"{said} is no {key}; " + (f"did you mean {near}?" if near else texts(tuple(known))))

    def number(self, key: str, default: float | None, *, least: float, most: float = math.inf) -> float:
        said = self.get(key) if key in self._said else default
        good = isinstance(said, (int, float)) and not isinstance(said, bool) and least <= said <= most
        if not good:
            bounds = f"from {least:g} to {most:g}" if math.isfinite(most) else f"of at least {least:g}"
            raise self.refusal(key, f"{key} must be a number {bounds}, not {said!r}")
        return float(said)  # type: ignore[arg-type]

    def whole(self, key: str, default: int, *, least: int, most: int) -> int:
        found = self.number(key, default, least=least, most=most)
        if found != int(found):
            raise self.refusal(key, f"{key} must be a whole number, not {found:g}")
        return int(found)

    def flag(self, key: str, *, default: bool = False) -> bool:
        said = self._said.get(key, default)
        if not isinstance(said, bool):
            raise self.refusal(key, f"{key} must be true or false, not {said!r}")
        return said

    def seconds(self, key: str, default: str | None = None) -> float:
        said = self._said.get(key, default)
        found = parse_duration(str(said)) if said is not None else None
        if found is None:
            raise self.refusal(key, f"{key} must be a length of time, like {EXAMPLE}")
        return found

    def own_column(self, name: Any, key: str) -> str:
        """The column of a property of this object."""
        if name in self.columns:
            return self.columns[name]
        near = nearest(str(name), self.columns)
        raise self.refusal(key, f"there is no property {name}" + (f"; did you mean {near}?" if near else ""))

    def pairs(self, key: str) -> dict[str, str]:
        """Own columns, each with the column of the other dataset that it belongs to; a list names both alike."""
        said = self.get(key)
        if isinstance(said, list) and all(isinstance(name, str) for name in said):
            said = {name: name for name in said}
        if not isinstance(said, dict) or not said or not all(isinstance(name, str) for name in said.values()):
            raise self.refusal(key, f"{key} must name columns: a list, or {{own: other}} where they are called apart")
        return {self.own_column(own, key): other for own, other in said.items()}


def _row_count_history(rule: OwnRule) -> dict[str, Any]:
    versions = rule.whole("versions", 20, least=3, most=_MOST_VERSIONS)
    return {
        "versions": versions,
        "at_least": rule.whole("atLeast", min(5, versions), least=2, most=versions),
        "deviations": rule.number("deviations", 5, least=0),
        "slack": rule.number("slackPercent", 0, least=0),
        "same_weekday": rule.flag("sameWeekday"),
    }


def _freshness(rule: OwnRule) -> dict[str, Any]:
    params: dict[str, Any] = {"max_age": rule.seconds("maxAge")}
    if rule.column is not None:
        params["column"] = rule.column
    if rule.get("until") is not None:
        params["until"] = rule.word("until", ("partition", "now"))
    if rule.get("timezone") is not None:
        try:
            params["timezone"] = zone(str(rule.get("timezone"))).key
        except UnknownTimeZone as error:
            raise rule.refusal("timezone", str(error)) from None
    return params


def _other(rule: OwnRule) -> dict[str, Any]:
    said = rule.get("dataset")
    try:
        parse_name(said if isinstance(said, str) else "", default_namespace="-")
    except InvalidName:
        raise rule.refusal(
            "dataset", "the rule does not say which dataset: write NAME, or NAMESPACE/NAME for one of another namespace"
        ) from None
    return {
        "dataset": said,
        "partition": rule.word("partition", PARTITIONS, "same"),
        "if_missing": rule.word("ifMissing", ("fail", "pass"), "fail"),
    }


def _foreign_key(rule: OwnRule) -> dict[str, Any]:
    if rule.column is not None and not rule.says("columns"):
        other = rule.get("references")
        pairs = {rule.column: other if isinstance(other, str) else rule.column.rpartition(".")[2]}
    elif rule.get("references") is not None:
        raise rule.refusal("references", "columns say what each references: {own: other}")
    else:
        pairs = rule.pairs("columns")
    return {"columns": list(pairs), "references": list(pairs.values()), **_other(rule)}


def _reconciliation(rule: OwnRule) -> dict[str, Any]:
    rows = rule.flag("rows")
    sums = rule.pairs("sums") if rule.get("sums") is not None else {}
    if not rows and not sums:
        raise rule.refusal("check", "a reconciliation needs something to compare: rows: true, sums: [COLUMN], or both")
    params = {"rows": rows, "columns": list(sums), "references": list(sums.values()), **_other(rule)}
    return {**params, **_tolerance(rule)}


def _tolerance(rule: OwnRule) -> dict[str, float]:
    said = rule.get("tolerance")
    percent = _PERCENT.match(said) if isinstance(said, str) else None
    if percent:
        return {"percent": float(percent[1])}
    if isinstance(said, str):
        raise rule.refusal("tolerance", f"a tolerance is a number, or a share like 0.5 %, not {said!r}")
    return {"absolute": rule.number("tolerance", 0, least=0)}


def _python(rule: OwnRule) -> dict[str, Any]:
    function = rule.get("function")
    if not isinstance(function, str) or not _FUNCTION.match(function):
        raise rule.refusal("function", "the function is written MODULE:FUNCTION, with the module in the project folder")
    arguments = rule.get("arguments") or {}
    if not isinstance(arguments, dict) or not all(isinstance(key, str) and key.isidentifier() for key in arguments):
        raise rule.refusal("arguments", "arguments are the keyword arguments of the function: {name: value}")
    timeout = rule.seconds("timeout", "60s")
    if timeout > _MOST_SECONDS:
        raise rule.refusal("timeout", f"a check takes {_MOST_SECONDS:g} s at most")
    about = {} if rule.column is None else {"column": rule.column}
    return {"function": function, "arguments": arguments, "timeout": timeout, **about}


_OF_WHOLE_OBJECTS = ("row_count_history", "reconciliation")
_OTHER_KEYS = ("dataset", "partition", "ifMissing")
_Reader = Callable[[OwnRule], dict[str, Any]]
_KINDS: dict[str, tuple[str, tuple[str, ...], _Reader]] = {
    "rowCountHistory": (
        "row_count_history",
        ("versions", "atLeast", "deviations", "slackPercent", "sameWeekday"),
        _row_count_history,
    ),
    "freshness": ("freshness", ("maxAge", "until", "timezone"), _freshness),
    "foreignKey": ("foreign_key", ("columns", "references", *_OTHER_KEYS), _foreign_key),
    "reconciliation": ("reconciliation", ("rows", "sums", "tolerance", *_OTHER_KEYS), _reconciliation),
    "python": ("python", ("function", "arguments", "timeout"), _python),
}
