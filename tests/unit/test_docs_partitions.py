"""The page about partitions shows what is really said."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from graph_model.errors import InvalidEstate, InvalidPartition
from graph_model.estate.parse import load_estate
from graph_model.partitions.rules import PartitionScheme, parse_mapping

PAGE = (Path(__file__).parents[2] / "docs" / "partitions.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = [(example, said) for (kind, example), (_, said) in pairwise(BLOCKS) if kind == "yaml"]
TABLE = re.findall(r"^\| `(\{.*?\})` \| `(.*?)` \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("example", "said"), EXAMPLES, ids=[example for example, _ in EXAMPLES])
def test_an_example_says_what_the_page_shows(example: str, said: str, tmp_path: Path) -> None:
    written = dict(line.split(": ", 1) for line in example.splitlines())

    for line in said.splitlines():
        assert _told(written, line, tmp_path) == line


@pytest.mark.parametrize(("partition", "key"), TABLE)
def test_the_table_shows_keys_that_there_are(partition: str, key: str, tmp_path: Path) -> None:
    assert _scheme(partition, tmp_path).check(key) == key


def test_the_page_has_examples() -> None:
    assert (len(EXAMPLES), len(TABLE)) == (21, 7)


def _told(written: dict[str, str], line: str, folder: Path) -> str:
    """What the product says where the page says `line`."""
    if "window" in written:
        return _joined(written, line, folder)
    try:
        scheme = _scheme(written["partition"], folder)
    except InvalidEstate as error:
        return str(error).replace(f"{folder}/", "")
    key, due, _ = line.partition(" is due ")
    if due:
        return f"{key} is due {scheme.due(key):%Y-%m-%d %H:%M}"
    key = line.partition(": ")[0]
    try:
        found = scheme.interval(key)
    except InvalidPartition as error:
        return f"{key}: {error}"
    assert found
    return f"{key}: {found.start:%Y-%m-%d %H:%M} to {found.end:%Y-%m-%d %H:%M}"


def _joined(written: dict[str, str], line: str, folder: Path) -> str:
    upstream, job = _scheme(written["input"], folder), _scheme(written["job"], folder)
    mapping = parse_mapping(written["window"])
    key, needed, _ = line.partition(" is needed by ")
    if needed:
        return f"{key} is needed by {', '.join(mapping.needing(key, upstream=upstream, job=job))}"
    key = line.partition(" needs ")[0]
    return f"{key} needs {', '.join(mapping.needed(key, upstream=upstream, job=job))}"


def _scheme(partition: str, folder: Path) -> PartitionScheme:
    assert yaml.safe_load(partition)
    file = folder / "estate.yaml"
    file.write_text(f"scope: shop\ndatasets:\n  raw: {{format: csv, partition: {partition}}}\n")
    return load_estate(file).datasets[0].partitions
