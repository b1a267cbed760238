"""Reads when a job of an estate file runs: its `schedule` and its `not_before`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import get_args

from cronsim import CronSim, CronSimError

from graph_model.estate.drafts import Source
from graph_model.estate.partitions import read_calendar, read_timezone
from graph_model.estate.sections import Mistakes, Said, Section, describe
from graph_model.estate.vocabulary import NOT_BEFORE_KEYS, SCHEDULE_KEYS, SCHEDULE_RULE_KEYS
from graph_model.estate.yaml_lines import Entries, Items, Scalar, Tree
from graph_model.schedules.days import WEEKDAYS, is_day_word
from graph_model.schedules.entities import (
    MOST_AT_ONCE,
    NEWEST,
    SAME,
    CatchUp,
    NotBefore,
    OnHoliday,
    Rule,
    Schedule,
    Takes,
)

_CLOCK_TIME = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
_PREVIOUS = re.compile(r"^previous(?: [1-9]\d{0,2})?$")
_KINDS = ("cron", "every", "at")
_SHORTEST = 60.0
_FIELDS = 5
_DAY_EXAMPLE = "write mon, day 15, last day, business day 3 or last business day"
_CRON_EXAMPLE = 'write minute, hour, day, month and weekday, such as "0 6 * * mon-fri"'


def read_schedule(section: Section, source: Source) -> Schedule | None:
    """What `schedule` says: cron text, a rule, or several; None where it is missing, or a mistake."""
    tree = section.tree("schedule")
    if tree is None:
        return None
    told = len(source.mistakes.found)
    found = _schedule(section, tree, source)
    return found if len(source.mistakes.found) == told else None


def read_not_before(section: Section) -> NotBefore | None:
    """A time of day, or a mapping that says more."""
    tree = section.tree("not_before")
    if tree is None:
        return None
    if not isinstance(tree, Entries):
        said = section.text("not_before")
        return NotBefore(said.value) if said and _is_clock_time(section, said) else None
    inner = Section(tree, section.mistakes, what=f"{section.what}: not_before", keys=NOT_BEFORE_KEYS)
    said, timezone = inner.text("at", required=True), read_timezone(inner)
    days = inner.number("days", default=1, least=0)
    if not said or not timezone or not _is_clock_time(inner, said):
        return None
    return NotBefore(said.value, timezone, days)


def _schedule(section: Section, tree: Tree, source: Source) -> Schedule:
    what = f"{section.what}: schedule"
    if isinstance(tree, Items):
        return Schedule(tuple(_rules(section, tree.items, None, source)))
    if not isinstance(tree, Entries):
        said = section.text("schedule")
        return Schedule((_cron_rule(section.mistakes, what, said),) if said else ())
    whole = Section(tree, source.mistakes, what=what, keys=SCHEDULE_KEYS, start=section.line("schedule"))
    if "rules" not in whole:
        return _with_words(whole, (_rule(whole, None, source),))
    for key in (*_KINDS, "anchor", "on"):
        if key in whole:
            whole.wrong(whole.line(key), f"{key} stands beside rules", "put it into one of the rules")
    return _with_words(whole, tuple(_rules(whole, whole.items("rules"), whole, source)))


def _with_words(whole: Section, rules: tuple[Rule, ...]) -> Schedule:
    partition = whole.text("partition")
    if partition and partition.value not in (NEWEST, SAME) and not _PREVIOUS.match(partition.value):
        known = (NEWEST, SAME, "previous")
        whole.mistakes.unknown(
            partition.line,
            f"{whole.what}: partition {partition.value} is none that a time could stand for",
            partition.value,
            known,
            otherwise="write newest, same or previous 1",
        )
    takes, catch_up = whole.word("with", get_args(Takes)), whole.word("catch_up", get_args(CatchUp))
    return Schedule(
        rules,
        partition=partition.value if partition else NEWEST,
        takes=next((known for known in get_args(Takes) if known == takes), "inputs"),
        catch_up=next((known for known in get_args(CatchUp) if known == catch_up), "latest"),
        most=whole.number("most", default=MOST_AT_ONCE, least=1),
    )


def _rules(section: Section, items: Sequence[Tree], outer: Section | None, source: Source) -> Iterator[Rule]:
    what = section.what if outer else f"{section.what}: schedule"
    if not items:
        line = section.line("rules" if outer else "schedule")
        section.mistakes.add(line, f"{what}: there is no rule in it", "write a rule, or no list")
    for item in items:
        if isinstance(item, Entries):
            yield _rule(Section(item, source.mistakes, what=f"{what}: rule", keys=SCHEDULE_RULE_KEYS), outer, source)
        elif said := section.as_text(item, "each rule"):
            yield _cron_rule(source.mistakes, what, said)


def _cron_rule(mistakes: Mistakes, what: str, said: Said[str]) -> Rule:
    _check_cron(mistakes, what, said)
    return Rule(cron=said.value)


def _rule(inner: Section, outer: Section | None, source: Source) -> Rule:
    """One rule; what it leaves open of zone, calendar, holidays and time, `outer` says for all."""
    kinds = [kind for kind in _KINDS if kind in inner]
    if len(kinds) != 1:
        problem = f"says {kinds[0]} and {kinds[1]}" if kinds else "does not say when"
        inner.wrong(inner.line(kinds[1]) if kinds else inner.start, problem, f"say one of {', '.join(_KINDS)}")
    _tell_strange_words(inner, kinds)

    def said_in(key: str) -> Section:
        return outer if outer and key not in inner and key in outer else inner

    zoned, closed, held = said_in("timezone"), said_in("calendar"), said_in("holiday")
    holiday = held.word("holiday", get_args(OnHoliday))
    rule = Rule(
        cron=_cron(inner),
        every=_every(inner),
        anchor=_anchor(inner),
        at=_clock_times(inner),
        on=_on(inner),
        timezone=read_timezone(zoned) or "UTC",
        calendar=read_calendar(closed, source),
        holiday=next((known for known in get_args(OnHoliday) if known == holiday), "skip"),
        starting=_date(said_in("starting"), "starting"),
        until=_date(said_in("until"), "until"),
    )
    _check_together(inner, rule)
    return rule


def _tell_strange_words(inner: Section, kinds: Sequence[str]) -> None:
    for key, kind in (("anchor", "every"), ("on", "at")):
        if key in inner and kinds and kind not in kinds:
            inner.wrong(inner.line(key), f"{key} is for rules that say {kind}, and this one says {kinds[0]}")


def _check_together(inner: Section, rule: Rule) -> None:
    if rule.holiday != "skip" and rule.calendar is None and "holiday" in inner:
        inner.wrong(inner.line("holiday"), "no calendar says what a holiday is", "add calendar: US, or a list of days")
    if rule.holiday != "skip" and rule.every is not None:
        inner.wrong(inner.line("every"), "an interval has no other day to go to", "leave holiday out, or say at")
    if rule.starting and rule.until and rule.until < rule.starting:
        inner.wrong(inner.line("until"), f"until {rule.until} is before starting {rule.starting}")


def _cron(inner: Section) -> str | None:
    said = inner.text("cron")
    if said:
        _check_cron(inner.mistakes, inner.what, said)
    return said.value if said else None


def _check_cron(mistakes: Mistakes, what: str, said: Said[str]) -> None:
    fields = len(said.value.split())
    if fields != _FIELDS:
        mistakes.add(said.line, f"{what}: {said.value!r} has {fields} fields, and cron has {_FIELDS}", _CRON_EXAMPLE)
        return
    try:
        CronSim(said.value, datetime(2000, 1, 1))  # noqa: DTZ001  only to have it read
    except CronSimError as error:
        mistakes.add(said.line, f"{what}: {said.value!r} is no cron text: {str(error).lower()}", _CRON_EXAMPLE)


def _every(inner: Section) -> float | None:
    seconds = inner.seconds("every")
    if seconds is None or seconds >= _SHORTEST:
        return seconds
    said = inner.text("every")
    if said is not None:
        inner.wrong(said.line, f"every {said.value} is too often", "the shortest interval is 1m")
    return seconds


def _anchor(inner: Section) -> str | None:
    said = inner.text("anchor")
    if said is None:
        return None
    try:
        found = datetime.fromisoformat(said.value)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        inner.wrong(said.line, f"anchor {said.value!r} is no local time", "write 2027-01-01T06:00")
        return None
    return said.value


def _clock_times(inner: Section) -> tuple[str, ...]:
    tree = inner.tree("at")
    if tree is None:
        return ()
    one = inner.text("at") if isinstance(tree, Scalar) else None
    said = inner.texts("at") if isinstance(tree, Items) else (one,) if one else ()
    if not said:
        inner.wrong(tree.line, f"at must be a time of day, or a list of them, not {describe(tree)}", 'write "06:00"')
    return tuple(dict.fromkeys(each.value for each in said if _is_clock_time(inner, each)))


def _is_clock_time(inner: Section, said: Said[str]) -> bool:
    if _CLOCK_TIME.match(said.value):
        return True
    inner.wrong(said.line, f"{said.value!r} is no time of day", 'write "06:00"')
    return False


def _on(inner: Section) -> tuple[str, ...]:
    tree = inner.tree("on")
    if tree is None:
        return ()
    one = inner.text("on") if isinstance(tree, Scalar) else None
    said = inner.texts("on") if isinstance(tree, Items) else (one,) if one else ()
    for each in said:
        if not is_day_word(each.value):
            known = (*WEEKDAYS, "last day", "last business day", "business day 1", "day 1")
            inner.mistakes.unknown(
                each.line, f"{inner.what}: on {each.value} is no day", each.value, known, otherwise=_DAY_EXAMPLE
            )
    return tuple(dict.fromkeys(each.value for each in said))


def _date(inner: Section, key: str) -> str | None:
    said = inner.text(key)
    if said is None:
        return None
    try:
        if date.fromisoformat(said.value).isoformat() == said.value:
            return said.value
    except ValueError:
        pass
    inner.wrong(said.line, f"{key} {said.value!r} is no date", "write 2027-01-01")
    return None
