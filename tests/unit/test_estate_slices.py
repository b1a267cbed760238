"""How estate files say what is sliced how, and what they are told when they say it wrongly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from graph_model.errors import InvalidEstate
from graph_model.estate import vocabulary
from graph_model.estate.holdings import Node
from graph_model.estate.parse import load_estate
from graph_model.estate.wording import changed_properties
from graph_model.estate.yaml_lines import plain, read_yaml
from graph_model.jobs.definition import dumps, loads
from graph_model.partitions.calendars import Calendar
from graph_model.partitions.rules import Mapping, PartitionScheme
from graph_model.partitions.stored import details_of

ICS = """\
BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:New Year
DTSTART;VALUE=DATE:20130101
DTEND;VALUE=DATE:20130102
END:VEVENT
BEGIN:VEVENT
SUMMARY:Bridge
DTSTART;VALUE=DATE:20130516
DTEND;VALUE=DATE:20130521
END:VEVENT
END:VCALENDAR
"""
DAYS = "# closed\n2013-01-01 New Year\n\n2013-01-05  # a Saturday\n"


def scheme_of(folder: Path, partition: str) -> PartitionScheme:
    estate = load_estate(_write(folder, f"  raw: {{format: csv, partition: {partition}}}\n"))
    return estate.datasets[0].partitions


def mistakes_of(folder: Path, text: str) -> list[tuple[int, str, str | None]]:
    with pytest.raises(InvalidEstate) as caught:
        load_estate(_write(folder, text))
    return [(mistake.line, mistake.message, mistake.hint) for mistake in caught.value.mistakes]


def _write(folder: Path, datasets: str) -> Path:
    (folder / "days.ics").write_text(ICS, newline="\r\n")
    (folder / "days.txt").write_text(DAYS)
    (folder / "estate.yaml").write_text(f"scope: shop\ndatasets:\n{datasets}")
    return folder / "estate.yaml"


OWN, LISTED = Calendar("its own days", ("2013-01-01",)), Calendar("days.txt", ("2013-01-01",))
DATED = Calendar("days.ics", ("2013-01-01", "2013-05-16", "2013-05-17", "2013-05-20"))


@pytest.mark.parametrize(
    ("partition", "expected"),
    [
        ("{every: week, from: 2013-W01}", PartitionScheme("week", "2013-W01")),
        ("{every: quarter, from: 2013-Q1}", PartitionScheme("quarter", "2013-Q1")),
        ("{every: year, from: 2013}", PartitionScheme("year", "2013")),
        ("{every: hour, timezone: Europe/Berlin}", PartitionScheme("hour", timezone="Europe/Berlin")),
        ("{keys: [us, emea, 7]}", PartitionScheme("list", keys=("us", "emea", "7"))),
        ("{every: day, calendar: [2013-01-01]}", PartitionScheme("day", calendar=OWN)),
        ("{every: day, calendar: days.txt}", PartitionScheme("day", calendar=LISTED)),
        ("{every: day, calendar: days.ics}", PartitionScheme("day", calendar=DATED)),
    ],
)
def test_a_dataset_says_how_it_is_sliced(partition: str, expected: PartitionScheme, tmp_path: Path) -> None:
    assert scheme_of(tmp_path, partition) == expected


def test_an_editor_knows_what_may_be_said(tmp_path: Path) -> None:
    schema = json.loads((Path(vocabulary.__file__).parent / "estate.schema.json").read_text())
    said = ["{every: quarter, from: 2013-Q1}", "{keys: [us, 7]}", "{every: day, calendar: [2013-01-01], due_after: 2h}"]
    wrong = ["{every: day, keys: [us]}", "{}", "{keys: [../a]}", "{keys: [a], timezone: UTC}", "{every: dya}"]

    def is_fine(partition: str) -> bool:
        tree = read_yaml(
            _write(tmp_path, job_reading(partition, "all days of the month", partition)).read_text(), file=""
        )
        assert tree.tree
        return Draft202012Validator(schema).is_valid(plain(tree.tree))

    assert [partition for partition in said if not is_fine(partition)] == []
    assert [partition for partition in wrong if is_fine(partition)] == []


def test_a_dataset_says_when_its_partitions_are_expected(tmp_path: Path) -> None:
    assert scheme_of(tmp_path, "{every: day, due_after: 2h}").due_after == 7200


def test_a_calendar_of_public_holidays_is_called_by_name(tmp_path: Path) -> None:
    scheme = scheme_of(tmp_path, "{every: day, calendar: NYSE, from: 2013-01-02}")
    assert scheme.calendar
    assert [day for day in scheme.calendar.closed if day < "2013-05"] == [
        "2013-01-01",
        "2013-01-21",
        "2013-02-18",
        "2013-03-29",
    ]
    assert mistakes_of(tmp_path, "  raw: {format: csv, partition: {every: day, calendar: NYSEE}}\n") == [
        (3, "dataset raw: partition: there is no calendar NYSEE", "did you mean NYSE?")
    ]


def test_a_country_with_another_weekend_is_refused(tmp_path: Path) -> None:
    [(line, message, _)] = mistakes_of(tmp_path, "  raw: {format: csv, partition: {every: day, calendar: SA}}\n")
    assert (line, message) == (3, "dataset raw: partition: calendar: the weekend of SA is not Saturday and Sunday")


WRONG = {
    "no rhythm": ("{from: 2013-01-01}", "says neither every nor keys", "write every: day, or keys: [emea, us]"),
    "an unknown zone": (
        "{every: day, timezone: Europe/Berln}",
        "there is no time zone Europe/Berln",
        "did you mean Europe/Berlin?",
    ),
    "a zone that is a path": (
        "{every: day, timezone: ../etc}",
        "there is no time zone ../etc",
        "write a name such as Europe/Berlin",
    ),
    "an unknown calendar": (
        "{every: day, calendar: our-own}",
        "there is no calendar our-own",
        "name a file beside the estate (days.ics, or days.txt with one date a line), or list the days",
    ),
    "a calendar file that is not there": (
        "{every: day, calendar: day.ics}",
        "calendar: there is no file day.ics",
        "did you mean days.ics?",
    ),
    "a closed day that is none": (
        "{every: day, calendar: [2013-1-1]}",
        "calendar: '2013-1-1' is no date like 2013-01-05",
        "list the days without business: [2013-01-01, …]",
    ),
    "a calendar of weeks": (
        "{every: week, calendar: [2013-01-01]}",
        "a calendar says which days there are, but partitions are by week",
        "write every: day",
    ),
    "a start without business": (
        "{every: day, calendar: [2013-01-01], from: 2013-01-01}",
        (
            "from: '2013-01-01' is not a partition here: "
            "expected a business day of its own days; the next one is 2013-01-02"
        ),
        None,
    ),
    "a start that the clocks skip": (
        "{every: hour, timezone: Europe/Berlin, from: 2026-03-29T02}",
        (
            "from: '2026-03-29T02' is not a partition here: expected 2026-03-29T03, "
            "because the clocks of Europe/Berlin skip this hour"
        ),
        None,
    ),
    "a start of another rhythm": (
        "{every: week, from: 2013-01-05}",
        "from: '2013-01-05' is not a partition here: expected a week like 2013-W01",
        None,
    ),
    "a rhythm and a list": (
        "{keys: [a], every: day}",
        "every is for slices of time, and keys is a list",
        "keep one of them",
    ),
    "no keys": ("{keys: []}", "keys is empty", "name the partitions: keys: [emea, us]"),
    "a key twice": ("{keys: [a, b, a]}", "key a is written twice", None),
    "a key that leaves its folder": (
        "{keys: [../a]}",
        "'../a' is no key",
        "use letters, digits and `_ - . + =`, a letter or digit first",
    ),
    "a wait that is none": (
        "{every: day, due_after: soon}",
        "due_after 'soon' is no length of time",
        "write 30s, 10m, 2h or 1d",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_scheme_is_told_once_with_its_mend(kind: str, tmp_path: Path) -> None:
    partition, message, hint = WRONG[kind]

    found = mistakes_of(tmp_path, f"  raw: {{format: csv, partition: {partition}}}\n")

    assert found == [(3, f"dataset raw: partition: {message}", hint)]


@pytest.mark.parametrize(
    ("file", "text", "line", "problem"),
    [
        ("days.txt", "2013-01-01\n1.5.2013\n", 2, "'1.5.2013' is no date like 2013-01-05"),
        ("days.ics", "BEGIN:VEVENT\nDTSTART:20131301\nEND:VEVENT\n", 2, "'2013-13-01' is no date like 2013-01-05"),
        ("days.ics", "BEGIN:VEVENT\nRRULE:FREQ=YEARLY\n", 2, "an event repeats by a rule: write out each date"),
        ("days.ics", "BEGIN:VEVENT\nEND:VEVENT\n", 2, "an event has no DTSTART with a date"),
    ],
)
def test_a_mistake_in_a_calendar_file_is_told_where_it_stands(
    file: str, text: str, line: int, problem: str, tmp_path: Path
) -> None:
    estate = _write(tmp_path, f"  raw: {{format: csv, partition: {{every: day, calendar: {file}}}}}\n")
    (tmp_path / file).write_text(text)

    with pytest.raises(InvalidEstate) as caught:
        load_estate(estate)

    assert [(Path(m.file).name, m.line, m.message) for m in caught.value.mistakes] == [(file, line, problem)]


def test_an_input_names_the_calendar_whose_days_its_window_counts(tmp_path: Path) -> None:
    item = "{dataset: raw, window: previous business day, calendar: [2013-01-01]}"
    text = job_reading("{every: day}", "", "{every: day}").replace("[raw]", f"[{item}]")

    (job,) = load_estate(_write(tmp_path, text)).jobs

    assert job.inputs[0].mapping == Mapping("offsets", -1, -1, calendar=Calendar("its own days", ("2013-01-01",)))
    assert loads(dumps(job)) == job


@pytest.mark.parametrize(
    ("item", "message", "hint"),
    [
        (
            "{dataset: raw, calendar: US}",
            "input: has a calendar but no window",
            "write window: previous 1 business day",
        ),
        (
            "{dataset: raw, window: 1 month earlier, calendar: US}",
            "input raw has a calendar, but its window `1 month earlier by US` counts no business days",
            "leave the calendar out",
        ),
    ],
)
def test_a_calendar_that_counts_nothing_is_told(item: str, message: str, hint: str, tmp_path: Path) -> None:
    text = job_reading("{every: day}", "", "{every: day}").replace("[raw]", f"[{item}]")

    (found,) = mistakes_of(tmp_path, text)

    assert message in found[1]
    assert found[2] == hint


def job_reading(partition: str, window: str, made: str) -> str:
    item = f"{{dataset: raw, window: {window}}}" if window else "raw"
    return (
        f"  raw: {{format: csv, partition: {partition}}}\n  made: {{format: csv, partition: {made}}}\n"
        f"jobs:\n  make: {{sql: SELECT 1 AS one, inputs: [{item}], outputs: [made]}}\n"
    )


@pytest.mark.parametrize(
    ("partition", "window", "made", "mapping"),
    [
        ("{every: day}", "all days of the month", "{every: month}", Mapping("all")),
        ("{every: hour, timezone: Asia/Tokyo}", "all", "{every: day, timezone: Asia/Tokyo}", Mapping("all")),
        ("{every: day, calendar: days.txt}", "previous 2 business days", "{every: day}", Mapping("offsets", -2, -1)),
        ("{every: day, timezone: Asia/Tokyo}", "", "{every: day}", Mapping()),
        ("{keys: [a, b]}", "last 2 partitions", "{keys: [b, c]}", Mapping("offsets", -1, 0)),
        ("{every: month}", "previous month", "{every: day}", Mapping("around", -1, -1, "month")),
        ("{every: day}", "all days of the month", "{every: day}", Mapping("all", unit="month")),
        ("{every: hour}", "overlapping hours", "{every: day, timezone: America/New_York}", Mapping("overlapping")),
        ("{every: day}", "partition 2013-01-01", "{every: month}", Mapping("fixed", key="2013-01-01")),
    ],
)
def test_a_window_joins_slices_that_meet(
    partition: str, window: str, made: str, mapping: Mapping, tmp_path: Path
) -> None:
    estate = load_estate(_write(tmp_path, job_reading(partition, window, made)))

    assert estate.jobs[0].inputs[0].mapping == mapping


@pytest.mark.parametrize(
    ("partition", "window", "made", "message", "hint"),
    [
        (
            "{every: week}",
            "all",
            "{every: month}",
            " has partitions by week, but the job has partitions by month",
            "`all` is for shorter slices, each inside of one longer one",
        ),
        (
            "{every: day}",
            "",
            "{every: month}",
            " has partitions by day, but the job has partitions by month",
            "write `window: all days of the month`",
        ),
        (
            "{every: hour, timezone: Asia/Tokyo}",
            "all",
            "{every: day}",
            " has partitions by hour in Asia/Tokyo, but the job has partitions by day",
            "hours follow one clock: give both the same `timezone`, or write `window: overlapping hours`",
        ),
        (
            "{keys: [a]}",
            "",
            "{keys: [b]}",
            " has the partitions a, but the job has the partitions b: they share no key",
            "give both the same `keys`",
        ),
        (
            "{every: day}",
            "all hours of the month",
            "{every: month}",
            ": the window counts hours, but the input has partitions by day",
            "count days",
        ),
        (
            "{every: day}",
            "all days of the week",
            "{every: month}",
            ": the window is of the week, but the job has partitions by month",
            "write `of the month`",
        ),
        (
            "{every: month}",
            "same",
            "{every: day}",
            " has partitions by month, but the job has partitions by day",
            "write `window: the month of the day`",
        ),
        (
            "{every: week}",
            "same",
            "{every: month}",
            " has partitions by week, but the job has partitions by month",
            "give both the same `every`, or write `window: overlapping weeks`",
        ),
        (
            "{every: day}",
            "previous 1 month",
            "{every: day}",
            ": the window counts months, but the job has partitions by day",
            "count days, or write `1 month earlier`",
        ),
        (
            "{every: day}",
            "previous business day",
            "{every: day}",
            ": the window counts business days, but the input has partitions by day",
            "count days, or add `calendar: NAME` to the input",
        ),
        (
            "{every: week}",
            "1 month earlier",
            "{every: week}",
            " has partitions by week, which lie in no month",
            "count weeks",
        ),
        (
            "{keys: [a]}",
            "overlapping",
            "{every: day}",
            " has the partitions a, but the job has partitions by day",
            "only slices of time overlap",
        ),
        (
            "{keys: [a]}",
            "latest before",
            "{every: day}",
            " has the partitions a, but the job has partitions by day",
            "write `window: latest`: they have no order in common",
        ),
        (
            "{every: week}",
            "first day of the month",
            "{every: month}",
            " has partitions by week, but the job has partitions by month",
            "`of the` is for shorter slices, each inside of one longer one",
        ),
    ],
)
def test_slices_that_do_not_meet_are_told_with_the_mend(
    partition: str, window: str, made: str, message: str, hint: str, tmp_path: Path
) -> None:
    assert mistakes_of(tmp_path, job_reading(partition, window, made)) == [(6, f"job make: input raw{message}", hint)]


def test_a_plan_says_what_changes_in_slices_and_not_every_day_of_a_calendar() -> None:
    calendars = [Calendar("days.txt", ("2013-01-01",)), Calendar("days.txt", ("2013-01-01", "2014-01-01"))]
    schemes = [
        PartitionScheme("day", calendar=calendars[0]),
        PartitionScheme("day", timezone="Asia/Tokyo", calendar=calendars[1], due_after=60.0),
    ]
    before, after = (Node("d", "dataset", {"partition_details": details_of(scheme)}) for scheme in schemes)

    assert list(changed_properties(before, after)) == [
        "timezone: UTC → Asia/Tokyo",
        "due_after: 0 s → 60 s",
        "calendar days.txt: other days",
    ]
