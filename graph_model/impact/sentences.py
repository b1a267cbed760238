"""Changes in words, for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graph_model.impact import entities as e
from graph_model.impact.entities import Change

NOTHING = "nothing"


def in_words(change: Change) -> str:
    """`column shop/orders.id becomes int64`."""
    return _WORDS[type(change)](change)


def _added(change: e.AddColumn) -> str:
    place = "" if change.position is None else f" at position {change.position}"
    return f"{_column(change)} is new ({change.type}){place}"


def _nulls(change: e.ChangeNullability) -> str:
    return f"{_column(change)} {'may be empty' if change.nullable else 'is never empty'} from now on"


def _values(change: e.ChangeAllowedValues) -> str:
    then, now = ("any" if one is None else ", ".join(one) for one in (change.before, change.after))
    return f"the values of {_column(change)} are {now}, and were {then}"


def _format(change: e.ChangeFormat) -> str:
    options = [f"{name} {_quoted(then)} → {_quoted(now)}" for name, then, now in change.options]
    return f"dataset {change.dataset} is written as {', '.join(filter(None, [change.format, *options]))}"


def _slices(change: e.Repartition) -> str:
    then, now = (f"by {one}" if one else "not at all" for one in (change.before, change.after))
    return f"dataset {change.dataset} is sliced {now}, and was {then}"


def _term(change: e.ChangeTerm) -> str:
    then, now = (one or NOTHING for one in (change.before, change.after))
    return f"{change.term} of {change.dataset}: {then} → {now}{', which is weaker' if change.weaker else ''}"


def _delay(change: e.Delay) -> str:
    part = f"@{change.partition}" if change.partition else ""
    return f"{change.dataset}{part} is there no sooner than {change.until:%Y-%m-%d %H:%M} UTC"


def _bad(change: e.BadVersion) -> str:
    return f"version {change.version} is wrong" + (f" in {', '.join(change.columns)}" if change.columns else "")


def _column(change: Any) -> str:
    return f"column {change.dataset}.{change.column}"


def _quoted(value: str | None) -> str:
    return NOTHING if value is None else repr(value)


_WORDS: Mapping[type[Change], Callable[[Any], str]] = {
    e.AddColumn: _added,
    e.DropColumn: lambda change: f"{_column(change)} is dropped",
    e.RenameColumn: lambda change: f"{_column(change)} is renamed to {change.to}",
    e.RetypeColumn: lambda change: f"{_column(change)} becomes {change.type}",
    e.ReorderColumns: lambda change: f"the columns of {change.dataset} stand as {', '.join(change.columns)}",
    e.ChangeNullability: _nulls,
    e.ChangeKey: lambda change: f"the key of {change.dataset} is {', '.join(change.columns) or NOTHING} from now on",
    e.ChangeAllowedValues: _values,
    e.ChangeMeaning: lambda change: f"{_column(change)} means something else: {change.meaning}",
    e.ChangeDefault: lambda change: f"rows that say nothing of {_column(change)} get {_quoted(change.default)}",
    e.DropDataset: lambda change: f"dataset {change.dataset} is dropped",
    e.RenameDataset: lambda change: f"dataset {change.dataset} is renamed to {change.to}",
    e.ChangeFormat: _format,
    e.MoveDataset: lambda change: f"dataset {change.dataset} lies at {change.location or 'no fixed place'}",
    e.Repartition: _slices,
    e.ChangeTerm: _term,
    e.ChangeJob: lambda change: f"job {change.job} runs other {'code' if change.sql is None else 'SQL'}",
    e.RetireJob: lambda change: f"job {change.job} is retired",
    e.RetireConsumer: lambda change: f"consumer {change.consumer} is retired",
    e.Delay: _delay,
    e.BadVersion: _bad,
}
