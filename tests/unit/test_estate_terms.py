"""On which terms a job waits for its inputs, as an estate says it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from graph_model.errors import InvalidEstate
from graph_model.estate.controls import control_remarks
from graph_model.estate.entities import Estate, Follows, JobSpec
from graph_model.estate.parse import load_estate
from graph_model.jobs import definition
from graph_model.names import Name
from graph_model.readiness.terms import PLAIN, Group, LatestGood, Terms

START = """\
scope: shop
datasets:
  raw: {format: csv, partition: {every: day, from: 2013-01-01}}
  a: {format: csv, partition: {every: day, from: 2013-01-01}}
  b: {format: csv, partition: {every: day, from: 2013-01-01}}
  names: {format: csv}
  out: {format: parquet, partition: {every: day, from: 2013-01-01}}
jobs:
  job: {shell: ["true"], outputs: [out], inputs: [raw, INPUT]MORE}
"""
LINE = 9


def load(written: str, folder: Path, *, more: str = "") -> Estate:
    file = folder / "estate.yaml"
    file.write_text(START.replace("INPUT", written).replace("MORE", more))
    return load_estate(file)


def job(written: str, folder: Path, *, more: str = "") -> JobSpec:
    return load(written, folder, more=more).jobs[0]


def taken(written: str, folder: Path) -> dict[str, tuple[bool, Terms]]:
    return {item.dataset.name: (item.required, item.terms) for item in job(written, folder).inputs[1:]}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a", {"a": (True, PLAIN)}),
        ("{dataset: a, optional: true}", {"a": (False, PLAIN)}),
        ("{dataset: a, optional: {wait: 2h}}", {"a": (False, Terms(7200.0))}),
        ("{dataset: names, max_age: 3d}", {"names": (True, Terms(max_age=259200.0))}),
        ("{dataset: a, latest_good: 3}", {"a": (True, Terms(latest_good=LatestGood(3)))}),
        ("{dataset: a, latest_good: {back: 2, wait: 30m}}", {"a": (True, Terms(latest_good=LatestGood(2, 1800.0)))}),
        ("{dataset: a, newer_than: last_run_of_job}", {"a": (True, Terms(newer_than="last_run_of_job"))}),
        ("{any_of: [a, b]}", dict.fromkeys("ab", (False, Terms(group=Group("a, b", 1))))),
        (
            "{group: feeds, at_least: 2, of: [a, {dataset: b, correction: ignore}], wait: 10m}",
            dict.fromkeys("ab", (False, Terms(group=Group("feeds", 2, 600.0)))),
        ),
    ],
)
def test_what_an_input_says(written: str, expected: dict[str, tuple[bool, Terms]], tmp_path: Path) -> None:
    assert taken(written, tmp_path) == expected


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("{any_of: [a, b], at_least: 2}", "group: says any_of and at_least", "`any_of` is for one"),
        ("{at_least: 3, of: [a, b]}", "group: at least 3 of 2 can never be there", None),
        ("{at_least: 2}", "group: does not say of which inputs", "write `at_least: 2, of: [a, b, c]`"),
        ("{any_off: [a, b], of: [a]}", "group: unknown key any_off", "did you mean any_of?"),
        ("{any_of: [{dataset: a, optional: true}, b]}", "input: is optional in a group", "the group says how many"),
        ("{dataset: a, optional: {wait: soon}}", "wait 'soon' is no length of time", "write 30s"),
        ("{dataset: a, optional: {}}", "input: optional: has no wait", None),
        ("{dataset: a, latest_good: {wait: 1h}}", "latest_good: does not say how far back", "write `back: 3`"),
        ("{dataset: a, latest_good: 5000}", "latest_good goes 1000 partitions back at most, not 5000", None),
        ("{dataset: a, newer_than: last_rum}", "last_rum is no newer_than", "did you mean last_run?"),
        ("{dataset: a, max_ages: 3d}", "unknown key max_ages", "did you mean max_age?"),
        (
            "{dataset: a, window: last 3, latest_good: 2}",
            "takes several partitions, and `latest_good` is about one",
            None,
        ),
        ("{dataset: a, window: last 3, max_age: 2d}", "takes several partitions, and `max_age` is about one", None),
        (
            "{dataset: names, latest_good: 2}",
            "names has no partitions, so no earlier one can serve",
            "leave `latest_good`",
        ),
        ("{any_of: [a, c]}", "input c is not a known dataset", None),
        ("{any_of: [a, a]}", "input a is read twice", "code asks for an input by its short name"),
    ],
)
def test_a_mistake_is_told_where_it_stands(written: str, message: str, hint: str | None, tmp_path: Path) -> None:
    with pytest.raises(InvalidEstate) as error:
        load(written, tmp_path)

    found = [mistake for mistake in error.value.mistakes if message in mistake.message]
    assert [mistake.line for mistake in found] == [LINE], error.value
    assert hint is None or hint in (found[0].hint or "")


def test_two_groups_have_names_of_their_own(tmp_path: Path) -> None:
    with pytest.raises(InvalidEstate, match="group: g is there twice"):
        load("{group: g, any_of: [a]}, {group: g, any_of: [b]}", tmp_path)


def test_a_ready_run_may_lapse(tmp_path: Path) -> None:
    assert job("a", tmp_path, more=", ready_for: 12h").ready_for == 43200.0


def test_terms_travel_with_the_job_and_jobs_without_them_are_written_as_before(tmp_path: Path) -> None:
    special = job("{group: feeds, at_least: 1, of: [a, b], wait: 1m}", tmp_path, more=", ready_for: 1h")
    plain = job("a", tmp_path)

    assert definition.loads(definition.dumps(special)) == special
    assert '"terms"' not in definition.dumps(plain)
    assert '"ready_for"' not in definition.dumps(plain)


def test_what_decides_which_versions_it_gets_decides_its_results_and_how_long_it_waits_does_not(tmp_path: Path) -> None:
    def hash_of(written: str, more: str = "") -> str:
        return job(written, tmp_path, more=more).definition_hash

    assert hash_of("{dataset: a, latest_good: 2}") != hash_of("a")
    assert hash_of("{dataset: names, max_age: 1d}") != hash_of("names")
    assert hash_of("{any_of: [a, b]}") != hash_of("{at_least: 2, of: [a, b]}")
    assert hash_of("{dataset: a, optional: {wait: 1h}}") == hash_of("{dataset: a, optional: true}")
    assert hash_of("a", ", ready_for: 1h") == hash_of("a")
    assert replace(job("a", tmp_path), ready_for=None) == job("a", tmp_path)


CONTROLS = """\
scope: shop
datasets:
  raw: {format: csv, partition: {every: day, from: 2013-01-01}}
  monthly: {format: csv, partition: {every: month, from: 2013-01}}
  a: {format: csv, partition: {every: day, from: 2013-01-01}}
  b: {format: csv, partition: {every: day, from: 2013-01-01}}
jobs:
  load: {shell: ["true"], inputs: [raw], outputs: [a]}
  sum: {shell: ["true"], inputs: [{dataset: a, window: all days of the month}], outputs: [monthly]}
  mail: {shell: ["true"], inputs: [raw], outputs: [b], after: AFTER}
"""


def controls(written: str, folder: Path) -> Estate:
    file = folder / "estate.yaml"
    file.write_text(CONTROLS.replace("AFTER", written))
    return load_estate(file)


def test_a_job_says_what_it_comes_after(tmp_path: Path) -> None:
    estate = controls("[load]", tmp_path)
    told = controls("[{job: load, state: exit 3, partition: previous 1}]", tmp_path)

    assert estate.jobs[2].after == (Follows(Name("shop", "load")),)
    assert [(one.state, str(one.mapping)) for one in told.jobs[2].after] == [("exit 3", "previous 1")]
    assert definition.loads(definition.dumps(told.jobs[2])) == told.jobs[2]
    assert '"after"' not in definition.dumps(estate.jobs[0])
    assert estate.jobs[2].definition_hash == told.jobs[2].definition_hash
    assert [(one.name.name, one.text) for one in control_remarks(estate)] == [
        ("mail", "waits for load by a control edge: let it read load's output a")
    ]


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("[lod]", "job mail: after lod, which is no job of this estate", "did you mean load?"),
        ("[mail]", "job mail waits for itself", "write `order: strict`"),
        ("[load, load]", "job mail: waits for job load twice", "keep one of them"),
        ("[{job: load, state: sucess}]", "sucess is no state", "did you mean success?"),
        ("[{job: load, state: exit 300}]", "exit 300 is no state", "known are success, failure, done and exit N"),
        ("[{job: load, states: done}]", "unknown key states", "did you mean state?"),
        ("[{job: load, partition: latest}]", "which says no partition to wait for", "write `partition: same`"),
        ("[sum]", "job mail: after sum, which has partitions by month", None),
        ("[{job: load, partition: tomorrow}]", "partition 'tomorrow'", None),
    ],
)
def test_a_wrong_edge_of_control_is_told_where_it_stands(
    written: str, message: str, hint: str | None, tmp_path: Path
) -> None:
    with pytest.raises(InvalidEstate) as error:
        controls(written, tmp_path)

    found = [mistake for mistake in error.value.mistakes if message in mistake.message]
    assert [mistake.line for mistake in found] == [10], error.value
    assert hint is None or hint in (found[0].hint or "")


def test_jobs_that_come_after_each_other_are_a_circle(tmp_path: Path) -> None:
    file = tmp_path / "estate.yaml"
    file.write_text(CONTROLS.replace("AFTER", "[load]").replace("outputs: [a]}", "outputs: [a], after: [mail]}"))

    with pytest.raises(InvalidEstate, match="jobs depend on each other in a circle: load → mail → load"):
        load_estate(file)
