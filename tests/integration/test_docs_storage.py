"""The page about storage shows what is really said and found, by real servers."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from connectors.storage import inspect, located, read
from graph_model.errors import ContentError
from graph_model.settings import DataSettings, StorageSettings, roots_of
from graph_model.versions.entities import Content, Inspection
from graph_model.versions.roots import Roots
from tests.support.postgresql import PostgreSQL
from tests.support.s3 import S3

PAGE = (Path(__file__).parents[2] / "docs" / "storage.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SETTINGS = [(settings, said) for (kind, settings), (_, said) in pairwise(BLOCKS) if kind == "sh"]
DATASETS = {
    kind: (yaml.safe_load(declared)["flights"], given, said)
    for declared, kind, given, said in [
        (BLOCKS[at][1], BLOCKS[at + 1][0], BLOCKS[at + 1][1], BLOCKS[at + 2][1])
        for at, (kind, _) in enumerate(BLOCKS)
        if kind == "yaml"
    ]
}


@pytest.mark.parametrize(("settings", "said"), SETTINGS)
def test_a_location_leads_to_what_the_page_shows(settings: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for line in settings.splitlines():
        monkeypatch.setenv(*line.split("=", 1))
    roots = roots_of(StorageSettings(), DataSettings())

    for line in said.splitlines():
        location, _, expected = line.partition(": ")
        assert told(location, roots) == expected


def told(location: str, roots: Roots) -> str:
    try:
        return located(Content("table" if "#" in location else "csv", location), roots).location
    except ContentError as error:
        return str(error)


def in_words(found: Inspection) -> list[str]:
    nulls = ", ".join(f"{name} {count}" for name, count in found.metrics["nulls"].items() if count)
    return [
        " · ".join(f"{column.path} {column.type}" for column in found.columns),
        f"{found.row_count} rows, nulls: {nulls}",
    ]


@pytest.mark.xdist_group("postgresql")
def test_a_table_is_found_as_the_page_shows(
    postgresql: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared, statements, said = DATASETS["sql"]
    postgresql.run(*statements.strip().split(";\n"))
    monkeypatch.setenv("WAREHOUSE", postgresql.url)

    try:
        content = located(Content("table", f"{declared['url']}#{declared['table']}"), tmp_path)
        first = read(content).read_all().to_pylist()[0]
        assert [*in_words(inspect(content)), json.dumps(first, default=str)] == said.splitlines()
    finally:
        postgresql.run("DROP SCHEMA sales CASCADE", "DROP TYPE mood")


@pytest.mark.xdist_group("s3")
def test_an_object_is_found_as_the_page_shows(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declared, rows, said = DATASETS["csv"]
    for name, value in {"LAKE": s3.endpoint, "LAKE_KEY": s3.access_key, "LAKE_SECRET": s3.secret_key}.items():
        monkeypatch.setenv(name, value)
    path = s3.bucket / "raw" / "flights.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(rows)

    content = Content(declared["format"], declared["location"], declared["options"])

    assert in_words(inspect(located(content, Roots(tmp_path, stores=("s3://lake/raw",))))) == said.splitlines()


def test_the_page_has_examples() -> None:
    assert (len(SETTINGS), sorted(DATASETS)) == (2, ["csv", "sql"])
