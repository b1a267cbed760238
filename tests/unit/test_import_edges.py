"""Edges from a CSV file: what they say, and which line is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.imports.edges import read_edges
from graph_model.errors import InvalidImport
from graph_model.imports.entities import ImportedJob
from graph_model.names import Name


def jobs_of(tmp_path: Path, text: str | bytes) -> dict[str, ImportedJob]:
    path = tmp_path / "edges.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    found = read_edges(path, source="ledger", namespace="shop")
    assert found.source == "ledger"
    return {str(job.name): job for job in found.jobs}


def test_an_edge_goes_through_the_job_that_makes_its_target(tmp_path: Path) -> None:
    jobs = jobs_of(tmp_path, "from,to\norders,report\npostgres://db:5432/crm.people,report\n")

    job = jobs["import:ledger/report"]
    assert job.inputs == (Name("postgres://db:5432", "crm.people"), Name("shop", "orders"))
    assert job.outputs == (Name("shop", "report"),)
    assert (job.flows.known, len(job.flows.unresolved)) == (False, 2)


def test_a_named_job_and_its_columns(tmp_path: Path) -> None:
    text = "from,to,from_column,to_column,job\norders,report,amount,total,nightly\norders,report,day,,nightly\n"

    (job,) = jobs_of(tmp_path, text).values()

    assert job.name == Name("shop", "nightly")
    assert [(flow.source_column, flow.target_column) for flow in job.flows.flows] == [("amount", "total")]
    assert [shape.source_column for shape in job.flows.shapes] == ["day"]
    assert (job.flows.known, job.flows.unresolved, job.flows.provenance) == (True, (), "declared")


def test_targets_of_one_name_have_a_job_each(tmp_path: Path) -> None:
    jobs = jobs_of(tmp_path, "from,to\norders,a/report\norders,b/report\n")

    assert [job.outputs for job in jobs.values()] == [(Name("a", "report"),), (Name("b", "report"),)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "edges.csv:1: the file is empty"),
        ("from,too\n", "edges.csv:1: there is no heading 'too'; did you mean to?"),
        ("from,job\n", "edges.csv:1: the heading to is missing"),
        ("from,to,to\n", "edges.csv:1: the heading to is there twice"),
        ("from,to\na,b\nc\n", "edges.csv:3: 1 values under 2 headings"),
        ("from,to\n\n\n,b\n", "edges.csv:4: from must not be empty"),
        ("from,to\na,a\n", "edges.csv:2: shop/a is made from itself"),
        ("from,to\na,x/\n", "edges.csv:2: 'x/' is not a name"),
        ("from,to,from_column,to_column\na,b,,c\n", "edges.csv:2: to_column c comes from no column"),
        ('from,to\na,"b\n', "edges.csv:2: not CSV"),
        (b"from,to\na,\xff\n", "the file is not UTF-8"),
    ],
)
def test_a_mistake_says_its_line_and_what_to_mend(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(InvalidImport) as wrong:
        jobs_of(tmp_path, text)

    assert told in str(wrong.value)


def test_all_mistakes_come_at_once_up_to_twenty(tmp_path: Path) -> None:
    with pytest.raises(InvalidImport) as wrong:
        jobs_of(tmp_path, "from,to\n" + "a,a\n" * 500)

    assert len(wrong.value.mistakes) == 20
