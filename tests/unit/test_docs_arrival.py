"""The page about arrival shows what is really meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.main import app
from app.main import create_app
from connectors.table_arrivals import LOOK_SECONDS, MOST_VALUES
from graph_model.arrivals.watch import EVERY_SECONDS, STABLE_SECONDS, TableWatch, Watch
from graph_model.estate.parse import load_estate
from graph_model.estate.vocabulary import ARRIVAL_KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "arrival.md").read_text()
ESTATE = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FILES = re.findall(r"^\| `(\S+)` \| `(\S+)` \| (?:`(\S+)`|not looked for) \|$", PAGE, re.MULTILINE)
WORDS = re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \|$", PAGE, re.MULTILINE)


def test_the_estate_on_the_page_is_read(tmp_path: Path) -> None:
    (text,) = ESTATE
    (tmp_path / "estate.yaml").write_text(text)

    flights, fares, bookings = load_estate(tmp_path / "estate.yaml").datasets

    assert flights.arrival == Watch("incoming/flights/{date}.csv")
    assert fares.arrival == Watch(fares.location or "", done_marker="incoming/fares/{date}/_SUCCESS")
    assert bookings.arrival == TableWatch("day", "updated_at")


@pytest.mark.parametrize(("path", "file", "key"), FILES)
def test_a_file_on_the_page_is_the_partition_that_it_says(path: str, file: str, key: str) -> None:
    watch = Watch(path)

    assert watch.key_of(file.removeprefix(f"{watch.folder}/")) == (key or None)


def test_the_page_tells_every_word_and_what_holds_without_it() -> None:
    assert {word for word, _ in WORDS} == set(ARRIVAL_KEYS)
    assert len(FILES) == 5
    said = dict(WORDS)
    assert f"broken off after {LOOK_SECONDS:g} s" in PAGE
    assert f"more than {MOST_VALUES:,} values" in PAGE
    assert (said["stable_for"], said["every"]) == (f"`{STABLE_SECONDS:g}s`", f"`{EVERY_SECONDS:g}s`")


def test_the_options_and_the_address_on_the_page_are_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    help_text = CliRunner().invoke(app, ["wait", "--help"]).output
    addresses = [line.removeprefix("GET ") for line in PAGE.splitlines() if line.startswith("GET ")]

    for word in ("--timeout", "--version-newer-than", "--job", "--ended-after"):
        assert word in PAGE
        assert word in help_text
    paths = create_app(graph=None, broker_url=None, storage_root=tmp_path).openapi()["paths"]  # pyright: ignore[reportArgumentType]
    assert len(addresses) == 2
    for address in addresses:
        path, _, query = address.partition("?")
        known = {item["name"] for item in paths[path]["get"]["parameters"]}
        assert {item.partition("=")[0] for item in query.split("&")} <= known
