"""The page about Java, Spark, services and kinds of packages: what it declares can be declared, what it names is so."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from graph_model.estate.parse import load_estate
from graph_model.settings import JavaSettings, SparkSettings
from tests.unit.test_estate_parse import SCHEMA

PAGE = (Path(__file__).parents[2] / "docs" / "executors-java-spark-http.md").read_text()
JOBS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
# Whether a kind of a package is installed is for a test with one.
OURS = [job for job in JOBS if "uses:" not in job]
DATASETS = "scope: shop\ndatasets:\n  raw: {format: csv}\n  out: {format: parquet}\njobs:\n"


@pytest.mark.parametrize("job", JOBS)
def test_an_example_satisfies_the_published_schema(job: str):
    jsonschema.validate(yaml.safe_load(DATASETS + "".join(f"  {line}\n" for line in job.splitlines())), SCHEMA)


@pytest.mark.parametrize("job", OURS)
def test_an_example_is_read(job: str, tmp_path: Path):
    (tmp_path / "estate.yaml").write_text(DATASETS + "".join(f"  {line}\n" for line in job.splitlines()))

    (read,) = load_estate(tmp_path).jobs

    assert f"\n## {read.kind}\n" in PAGE


def test_the_page_knows_every_setting():
    settings = {*JavaSettings.variables(), *SparkSettings.variables()}

    assert set(re.findall(r"HEADWATER_(?:JAVA|SPARK)_\w+", PAGE)) == settings
    assert len(OURS) == 3
