"""How an estate says when a job runs, and what is said of a wrong word."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import jsonschema
import pytest

from graph_model.errors import InvalidEstate
from graph_model.estate.entities import JobSpec
from graph_model.estate.nodes import job_node
from graph_model.estate.parse import load_estate
from graph_model.estate.wording import changed_properties
from graph_model.estate.yaml_lines import plain, read_yaml
from graph_model.jobs.definition import dumps, hash_of
from graph_model.partitions.calendars import calendar_of
from graph_model.schedules.entities import NotBefore, Rule, Schedule
from tests.unit.test_estate_parse import SCHEMA

DAILY = "{format: csv, partition: {every: day, from: 2024-01-01}}"
BERLIN = "Europe/Berlin"
CLOSED = calendar_of("its own days", [date(2027, 1, 1)])


def written(times: str, made: str = DAILY) -> str:
    return f"scope: shop\ndatasets:\n  made: {made}\njobs:\n  tidy: {{shell: [x], outputs: [made], {times}}}\n"


def job(folder: Path, times: str, made: str = DAILY) -> JobSpec:
    (folder / "estate.yaml").write_text(written(times, made))
    return load_estate(folder).jobs[0]


GOOD: dict[str, Schedule] = {
    '"0 6 * * mon-fri"': Schedule((Rule(cron="0 6 * * mon-fri"),)),
    "[0 6 * * *, {every: 15m}]": Schedule((Rule(cron="0 6 * * *"), Rule(every=900.0))),
    "{at: 06:00}": Schedule((Rule(at=("06:00",)),)),
    '{at: ["06:00", "18:00"], on: [mon, last day], timezone: Europe/Berlin}': Schedule(
        (Rule(at=("06:00", "18:00"), on=("mon", "last day"), timezone=BERLIN),)
    ),
    "{at: 09:00, on: business day 3, calendar: [2027-01-01], holiday: next}": Schedule(
        (Rule(at=("09:00",), on=("business day 3",), calendar=CLOSED, holiday="next"),)
    ),
    "{every: 2h, anchor: 2027-01-01T06:30, starting: 2027-01-01, until: 2027-12-31}": Schedule(
        (Rule(every=7200.0, anchor="2027-01-01T06:30", starting="2027-01-01", until="2027-12-31"),)
    ),
    "{cron: 0 6 * * *, partition: previous 2, with: what_is_there, catch_up: all, most: 7}": Schedule(
        (Rule(cron="0 6 * * *"),), partition="previous 2", takes="what_is_there", catch_up="all", most=7
    ),
    "{timezone: Europe/Berlin, catch_up: none, rules: [{at: 06:00}, {at: 07:00, timezone: UTC}]}": Schedule(
        (Rule(at=("06:00",), timezone=BERLIN), Rule(at=("07:00",))), catch_up="none"
    ),
}


@pytest.mark.parametrize("said", GOOD)
def test_a_schedule_is_read_as_it_is_written(said: str, tmp_path: Path) -> None:
    assert job(tmp_path, f"schedule: {said}").schedule == GOOD[said]


@pytest.mark.parametrize("said", GOOD)
def test_the_published_schema_knows_it(said: str) -> None:
    tree = read_yaml(written(f"schedule: {said}"), file="estate.yaml").tree
    assert tree is not None
    # YAML reads a plain time or date as a number of its own kind; editors see the text.
    document = plain(tree)
    if "06:00" not in said and "09:00" not in said and "2027" not in said:
        jsonschema.validate(document, SCHEMA)


def test_not_before_is_a_time_of_the_day_after(tmp_path: Path) -> None:
    assert job(tmp_path, "not_before: 06:00").not_before == NotBefore("06:00")
    said = job(tmp_path, "not_before: {at: 23:00, timezone: Europe/Berlin, days: 0}")
    assert said.not_before == NotBefore("23:00", BERLIN, 0)


CRON = 'write minute, hour, day, month and weekday, such as "0 6 * * mon-fri"'
WRONG: dict[str, tuple[str, str | None]] = {
    "schedule: {cron: 0 6 * *}": ("schedule: '0 6 * *' has 4 fields, and cron has 5", CRON),
    "schedule: 61 6 * * *": ("schedule: '61 6 * * *' is no cron text: bad minute", CRON),
    "schedule: {at: 06:00, catchup: all}": ("schedule: unknown key catchup", "did you mean catch_up?"),
    "schedule: {catch_up: all}": ("schedule: does not say when", "say one of cron, every, at"),
    "schedule: {at: 06:00, every: 1h}": ("schedule: says every and at", "say one of cron, every, at"),
    "schedule: {at: 6 o'clock}": ("""schedule: "6 o'clock" is no time of day""", 'write "06:00"'),
    "schedule: {every: 10}": ("schedule: every '10' is no length of time", "write 30s, 10m, 2h or 1d"),
    "schedule: {every: 10s}": ("schedule: every 10s is too often", "the shortest interval is 1m"),
    "schedule: {at: 06:00, on: monday}": ("schedule: on monday is no day", "did you mean mon?"),
    "schedule: {at: 06:00, on: business day 0}": (
        "schedule: on business day 0 is no day",
        "did you mean business day 1?",
    ),
    "schedule: {cron: 0 6 * * *, on: mon}": ("schedule: on is for rules that say at, and this one says cron", None),
    "schedule: {at: 06:00, timezone: Europe/Berln}": (
        "schedule: there is no time zone Europe/Berln",
        "did you mean Europe/Berlin?",
    ),
    "schedule: {at: 06:00, calendar: NYSEE}": ("schedule: there is no calendar NYSEE", "did you mean NYSE?"),
    "schedule: {at: 06:00, holiday: next}": (
        "schedule: no calendar says what a holiday is",
        "add calendar: US, or a list of days",
    ),
    "schedule: {every: 1h, calendar: US, holiday: next}": (
        "schedule: an interval has no other day to go to",
        "leave holiday out, or say at",
    ),
    "schedule: {at: 06:00, partition: newst}": (
        "schedule: partition newst is none that a time could stand for",
        "did you mean newest?",
    ),
    "schedule: {at: 06:00, with: what_there_is}": ("schedule: what_there_is is no with", "did you mean what_is_there?"),
    "schedule: {at: 06:00, catch_up: lates}": ("schedule: lates is no catch_up", "did you mean latest?"),
    "schedule: {at: 06:00, starting: 2027-02-30}": ("schedule: starting '2027-02-30' is no date", "write 2027-01-01"),
    "schedule: {at: 06:00, starting: 2027-02-02, until: 2027-02-01}": (
        "schedule: until 2027-02-01 is before starting 2027-02-02",
        None,
    ),
    "schedule: {every: 1h, anchor: noon}": ("schedule: anchor 'noon' is no local time", "write 2027-01-01T06:00"),
    "schedule: []": ("schedule: there is no rule in it", "write a rule, or no list"),
    "schedule: {rules: [{at: 06:00}], on: mon}": ("schedule: on stands beside rules", "put it into one of the rules"),
    "not_before: noon": ("'noon' is no time of day", 'write "06:00"'),
    "not_before: {at: 06:00, day: 1}": ("not_before: unknown key day", "did you mean days?"),
}


@pytest.mark.parametrize("said", WRONG)
def test_a_wrong_word_is_told_with_its_mend(said: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidEstate) as caught:
        job(tmp_path, said)

    message, hint = WRONG[said]
    told = [(mistake.line, mistake.message, mistake.hint) for mistake in caught.value.mistakes]
    assert told == [(5, f"job tidy: {message}", hint)]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("not_before: 06:00", "job tidy: not_before counts from the day of a partition, and it has no partitions"),
        (
            "schedule: {at: 06:00, partition: same}",
            "job tidy: schedule: partition: same is one of several slices of time, and it has no partitions",
        ),
    ],
)
def test_words_of_slices_of_time_need_some(said: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidEstate, match=message):
        job(tmp_path, said, "{format: csv}")


def test_when_a_job_runs_changes_neither_its_text_nor_its_hash(tmp_path: Path) -> None:
    plain_job = job(tmp_path, "retries: 1")
    timed = job(tmp_path, "retries: 1, schedule: 0 6 * * *, not_before: 06:00")

    assert dumps(timed) == dumps(plain_job)
    assert hash_of(timed) == hash_of(plain_job) == timed.definition_hash


def test_a_change_is_told(tmp_path: Path) -> None:
    nodes = [
        job_node(job(tmp_path, times), scope="shop", columns_known=False, unresolved=())
        for times in ("retries: 0", "schedule: {at: 06:00}, not_before: 05:00", "schedule: 0 7 * * *")
    ]

    assert list(changed_properties(nodes[0], nodes[1])) == [
        "schedule: none → at 06:00",
        "not_before: any time → 05:00 of the day after",
    ]
    assert next(iter(changed_properties(nodes[1], nodes[2]))) == "schedule: at 06:00 → cron 0 7 * * *"
