"""The page about OpenLineage says which partition a run wrote as the code decides it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.openlineage.events import read_event
from graph_model.estate.parse import load_estate
from graph_model.names import Name
from graph_model.observed.placing import Placed, Said, Sliced, place
from graph_model.observed.trust import SOURCES, USUAL, Trust
from graph_model.partitions.scheme import PartitionScheme
from graph_model.settings import WorkerSettings

PAGE = (Path(__file__).parents[2] / "docs" / "openlineage.md").read_text()
DAILY = PartitionScheme("day", "2013-01-01")


def section(title: str) -> str:
    found = re.search(rf"^#+ {re.escape(title)}$(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def block(title: str, kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)
    assert found, (title, kind)
    return found[1]


ROWS = re.findall(r"^\| `(\{.*?\})` \| (.*?) \|$", section("Which partition it wrote"), re.MULTILINE)


@pytest.mark.parametrize(("dimensions", "shown"), ROWS)
def test_a_subset_says_the_partition_of_the_page(dimensions: str, shown: str) -> None:
    partitions = [{"dimensions": json.loads(dimensions)}]
    said = Said(datetime(2013, 1, 6, tzinfo=UTC), {"outputCondition": {"type": "partition", "partitions": partitions}})

    found = place(Sliced(DAILY), Trust(), said)

    assert (f"`{found.keys[0]}`" if isinstance(found, Placed) else found.reason) == shown


def test_the_page_has_examples_of_both_kinds() -> None:
    assert len(ROWS) == 8
    assert {shown[0] for _, shown in ROWS} == {"`", "i"}


def test_every_word_for_what_says_the_partition_is_on_the_page() -> None:
    text = section("Which partition it wrote")

    assert tuple(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == SOURCES
    assert f"[{', '.join(USUAL)}]" in text


def test_the_event_of_the_page_writes_the_partition_that_the_job_of_its_estate_waits_for(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text(block("A complete run publishes", "yaml"))
    (tmp_path / "sum_up.sh").touch()
    trusted = next(one for one in load_estate(tmp_path).datasets if one.observed)
    event: dict[str, Any] = json.loads(block("A complete run publishes", "json"))

    (written,) = (seen for seen in read_event(event).datasets)
    said = Said(read_event(event).at, None, event["run"]["facets"]["nominalTime"])

    assert written.name == trusted.name == Name("postgres://warehouse:5432", "shop.public.orders")
    assert trusted.observed
    assert place(Sliced(trusted.partitions), trusted.observed, said) == Placed(("2013-01-05",), "nominal_time")


def test_the_page_knows_how_long_silence_may_last() -> None:
    assert f"`HEADWATER_WORKER_LOST_AFTER_HOURS` ({WorkerSettings().lost_after_hours:g})" in PAGE
