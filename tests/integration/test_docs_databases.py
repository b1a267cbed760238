"""The page about databases shows what a real PostgreSQL really does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graph_model.estate.entities import DatasetSpec, Estate
from graph_model.estate.parse import load_estate
from graph_model.names import dataset_id
from graph_model.runs.entities import ClaimedRun, RunInput, RunKind, RunOutput
from graph_model.versions.entities import Content
from graph_model.versions.places import output_content
from tests.support.cli import Cli
from tests.support.databases import CREATED_AT, done, later, rows_of
from tests.support.postgresql import PostgreSQL
from tests.support.tasks import DAY

pytestmark = pytest.mark.xdist_group("postgresql")
PAGE = (Path(__file__).parents[2] / "docs" / "databases.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SQL = [text for kind, text in BLOCKS if kind == "sql"]
SHOWN = [text for kind, text in BLOCKS if kind == "text"]
ERRORS = re.findall(r"^\| `(.+?)` \| `(.+?)` \| (yes|no) \|$", PAGE, re.MULTILINE)
RUN = "rn_0123456789abcdef"


@pytest.fixture
def server(postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgreSQL]:
    for text in SQL:
        postgresql.run(*([text] if "$$" in text or "$guard$" in text else text.strip().split(";\n")))
    monkeypatch.setenv("WAREHOUSE", postgresql.url)
    yield postgresql
    postgresql.run("DROP SCHEMA sales CASCADE")


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    ((_, text),) = [block for block in BLOCKS if block[0] == "yaml"]
    (tmp_path / "estate.yaml").write_text(text)
    return load_estate(tmp_path)


def a_run_of(estate: Estate, job: str) -> ClaimedRun:
    """As a worker claims it."""
    (spec,) = [one for one in estate.jobs if one.name.name == job]
    datasets = {one.name: one for one in estate.datasets}
    inputs = (RunInput(item.dataset, DAY, "vs_1", _fixed(datasets[item.dataset])) for item in spec.inputs)
    outputs = (RunOutput(name, dataset_id(name), DAY, _staged(datasets[name])) for name in spec.outputs)
    subject, all_of = spec.name, (tuple(inputs), tuple(outputs))
    return ClaimedRun(RUN, RunKind.JOB, 1, 1, 0, subject, DAY, spec, *all_of, 60.0, created_at=CREATED_AT)


def _fixed(dataset: DatasetSpec) -> Content:
    return Content("table", f"{dataset.options['url']}#{dataset.options['table']}", dataset.options)


def _staged(dataset: DatasetSpec) -> Content:
    about = {"format": "table", "location": None, "options": dataset.options, "expose": None}
    return output_content(dataset.name, **about, key=DAY, run=RUN, fence=1)


def told(run: ClaimedRun, folder: Path) -> str:
    task, result = done(run, folder)
    assert "reason" not in result, result
    (output,) = task.run.outputs
    rows = [" ".join(f"{name}={value}" for name, value in row.items()) for row in rows_of(output.content, folder)]
    lines = [f"{output.content.location.rpartition('#')[2]}: {' · '.join(rows)}"]
    if result["metrics"]:
        lines.append("metrics: " + " ".join(f"{name}={value}" for name, value in result["metrics"].items()))
    return "\n".join([*lines, ""])


@pytest.mark.parametrize(("job", "shown"), [("total", SHOWN[0]), ("step", SHOWN[1]), ("book", SHOWN[2])])
def test_a_job_leaves_what_the_page_shows(
    server: PostgreSQL, estate: Estate, tmp_path: Path, job: str, shown: str
) -> None:
    assert told(a_run_of(estate, job), tmp_path) == shown
    assert server.asked("SELECT count(*) FROM sales.headwater_fence") == [(1,)]


def test_the_guard_is_the_one_that_is_shown_and_can_be_put_there_twice(server: PostgreSQL) -> None:
    (shown,) = [text for text in SQL if "$guard$" in text]
    ((_, command),) = [block for block in BLOCKS if block[0] == "sh"]
    headwater, words = Cli({}), command.split()[1:]

    assert headwater(*words).out == shown
    for _ in range(2):
        said = headwater(*words[:-1], "--json")
        assert (said.code, said.json["installed"]) == (0, True)
    assert headwater("database", "guard", "env:WAREHOUSE", "sales.ledgr", "--dataset", "shop/ledger").code == 2
    refused = headwater("database", "guard", "sqlite:///x.db", "ledger", "--dataset", "shop/ledger", "--print")
    assert (refused.code, refused.out) == (2, "")
    assert "a guard is a trigger of PostgreSQL, and this database is sqlite" in refused.err


def test_an_older_attempt_is_refused_in_the_words_of_the_page(
    server: PostgreSQL, estate: Estate, tmp_path: Path
) -> None:
    old = a_run_of(estate, "total")
    new = replace(later(old), outputs=(replace(old.outputs[0], content=_elsewhere(old.outputs[0].content)),))
    done(new, tmp_path)

    _, result = done(old, tmp_path)

    assert f"{result['reason']}\n" == SHOWN[4]
    assert any(reason == SHOWN[3].strip() for _, reason, _ in ERRORS)
    assert server.asked("SELECT holder FROM sales.headwater_fence") == [("rn_fedcba9876543-1",)]


def _elsewhere(content: Content) -> Content:
    return replace(content, location=f"{content.location}x")


@pytest.mark.parametrize(("query", "reason", "again"), ERRORS)
def test_an_error_is_told_as_the_page_shows(
    server: PostgreSQL, estate: Estate, tmp_path: Path, query: str, reason: str, again: str
) -> None:
    run = a_run_of(estate, "total")
    assert run.job is not None
    job = replace(run.job, executor={**run.job.executor, "text": query})

    _, result = done(replace(run, job=job), tmp_path)

    assert result == {"reason": reason, "retry": again == "yes"}
    assert server.asked("SELECT count(*) FROM sales.orders") == [(3,)]


def test_the_page_has_examples() -> None:
    assert (len(SQL), len(SHOWN), len(ERRORS)) == (4, 5, 5)
