"""What a crawl proposes for a folder, and that an estate takes it."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.crawl import folders, walk
from connectors.crawl.against import Change, changes
from connectors.crawl.entities import Crawled, Proposal
from connectors.crawl.folders import crawl_file, crawl_folder
from connectors.crawl.owners import code_owners
from connectors.crawl.propose import propose, written
from connectors.crawl.sample import HEAD
from graph_model.errors import InvalidInput
from graph_model.estate.parse import load_estate
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme

ROWS = "id;carrier;delay\n" + "".join(f"{number};UA;{number % 3}.5\n" for number in range(20))


def write(root: Path, path: str, text: str = ROWS) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def write_parquet(root: Path, path: str, **columns: list[object]) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns or {"flight": [1, 2], "at": [{"airport": "JFK"}, None]}), root / path)


def by_name(found: Crawled) -> dict[str, Proposal]:
    return {one.name: one for one in found.proposals}


def skipped(found: Crawled) -> dict[str, str]:
    return {one.place: one.reason for one in found.skipped}


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    root = tmp_path / "lake"
    for day in ("2013-01-01", "2013-01-02", "2013-01-04"):
        write(root, f"raw/flights/{day}.csv")
        write(root, f"clean/flights/{day.replace('-', '')}.jsonl", '{"id": 1, "at": {"airport": "JFK"}}\n')
    for region in ("us", "emea"):
        write(root, f"sales/region={region}/data.csv", "a,b\n1,x\n")
    for part in ("part-0", "part-1"):
        write_parquet(root, f"events/date=2013-01-05/{part}.parquet")
        write_parquet(root, f"clicks/country=us/device=web/{part}.parquet")
        write_parquet(root, f"plain/{part}.parquet")
    write(root, "airlines.csv", "carrier,name\nUA,United\n")
    return root


def test_files_that_differ_by_their_partition_are_one_dataset(lake: Path):
    found = by_name(crawl_folder(lake, lake))

    assert {name: (one.format, one.location, dict(one.partition)) for name, one in found.items()} == {
        "raw_flights": ("csv", "raw/flights/{date}.csv", {"every": "day", "from": "2013-01-01"}),
        "clean_flights": ("jsonl", None, {"every": "day", "from": "2013-01-01"}),
        "sales": ("csv", "sales/region={partition}/data.csv", {"keys": ["emea", "us"]}),
        "events": ("parquet", "events/date={date}", {"every": "day", "from": "2013-01-05"}),
        "clicks": ("parquet", "clicks", {}),
        "plain": ("parquet", "plain", {}),
        "airlines": ("csv", "airlines.csv", {}),
    }


def test_a_proposal_says_columns_dialect_gaps_and_what_it_guesses(lake: Path):
    found = by_name(crawl_folder(lake, lake))

    flights = found["raw_flights"]
    assert [(column.path, column.type) for column in flights.columns] == [
        ("id", "integer"),
        ("carrier", "string"),
        ("delay", "number"),
    ]
    assert flights.options == {"delimiter": ";"}
    assert [(guess.value, guess.why) for guess in flights.keys] == [("id", "unique in 20 rows")]
    assert flights.summary == "3 files, 2013-01-01 to 2013-01-04"
    assert flights.notes == (
        "1 day in between has no file",
        "looked into 3 of 3 files; they have the same columns",
    )
    assert "report each with its location" in found["clean_flights"].notes[0]
    assert [column.path for column in found["events"].columns] == ["flight", "at", "at.airport"]


def test_every_proposal_is_an_estate_that_is_read(lake: Path, tmp_path: Path):
    proposals = crawl_folder(lake, lake).proposals
    for file, text in written(tmp_path / "out", "lake", proposals, guesses=True):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    estate = load_estate(tmp_path / "out")

    found = {spec.name.name: spec for spec in estate.datasets}
    assert found.keys() == {one.name for one in proposals}
    assert found["raw_flights"].partitions == PartitionScheme("day", "2013-01-01")
    assert {one.name: one.columns for one in proposals} == {name: spec.contract.columns for name, spec in found.items()}
    assert all(spec.owners for spec in estate.datasets)
    assert changes(crawl_folder(lake, lake), estate, lake) == ()


def test_what_is_guessed_is_a_comment_unless_it_is_asked_for(lake: Path, tmp_path: Path):
    texts = [
        next(iter(written(tmp_path, "lake", crawl_folder(lake, lake).proposals, guesses=guesses)))[1]
        for guesses in (False, True)
    ]

    assert "owners:" not in texts[0]
    assert "# guess: owner " in texts[0]
    assert "  # guess: whose files they are" in texts[1]
    assert "primaryKey" not in texts[1]


def test_repeating_a_crawl_shows_what_is_new_gone_and_changed(lake: Path, tmp_path: Path):
    for file, text in written(tmp_path / "out", "lake", crawl_folder(lake, lake).proposals, guesses=False):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    estate = load_estate(tmp_path / "out")
    (lake / "airlines.csv").unlink()
    write(lake, "airports.csv", "code\nJFK\n")
    write(lake, "raw/flights/2013-01-05.csv", ROWS.replace("carrier", "airline").replace(".5", "x"))
    write(lake, "sales/region=apac/data.csv", "a,b\n1,x\n")

    assert changes(crawl_folder(lake, lake), estate, lake) == (
        Change("gone", "airlines", "airlines.csv"),
        Change("new", "airports", "1 file"),
        Change("changed", "raw_flights", "column airline is new"),
        Change("changed", "raw_flights", "column carrier is gone"),
        Change("changed", "raw_flights", "column delay: number is declared, string lies there"),
        Change("changed", "sales", "partitions that are not declared: apac"),
    )
    assert changes(crawl_folder(lake / "sales", lake), estate, lake) == (
        Change("changed", "sales", "partitions that are not declared: apac"),
    )


def test_files_that_disagree_are_told(lake: Path):
    write(lake, "raw/flights/2013-01-01.csv", "id;carrier\n1;UA\n")

    assert "2013-01-01.csv lacks delay" in by_name(crawl_folder(lake, lake))["raw_flights"].notes


def test_what_is_left_out_is_told_with_the_reason_and_nothing_outside_is_opened(lake: Path, tmp_path: Path):
    secret = write(tmp_path, "secret.csv")
    (lake / "out.csv").symlink_to(secret)
    (lake / "loop").symlink_to(lake)
    (lake / "broken.csv").symlink_to(lake / "nowhere.csv")
    os.mkfifo(lake / "pipe.csv")
    write(lake, "empty.csv", "")
    write(lake, "notes.txt")
    write(lake, "old.csv.gz")
    write(lake, "shop.db")
    write(lake, "a{b}.csv")
    write(lake, "bad.parquet", "no")
    write(lake, ".hidden.csv")
    write(lake, "_SUCCESS")
    write(lake, ".git/x.csv")

    found = crawl_folder(lake, lake)

    assert {place: reason.partition(":")[0] for place, reason in skipped(found).items()} == {
        "out.csv": "a link that leads out of the folder",
        "loop": "a link to a folder",
        "broken.csv": "it cannot be read",
        "pipe.csv": "not a file",
        "empty.csv": "it is empty",
        "notes.txt": "its ending is of no known format",
        "old.csv.gz": "it is compressed",
        "shop.db": "a database",
        "a{b}.csv": "its name holds a brace",
        "bad.parquet": "bad.parquet cannot be read as parquet",
    }
    assert len(found.proposals) == 7


def test_a_folder_with_too_many_files_is_refused_before_anything_is_read(lake: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(walk, "MOST_FILES", 5)

    with pytest.raises(InvalidInput, match="more than 5 files"):
        crawl_folder(lake, lake)


def test_one_schema_is_read_for_each_dataset_however_many_files_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for day in range(1, 31):
        write(tmp_path, f"flights/2013-01-{day:02}.csv", "a,b\n1,x\n")
    looked: list[str] = []
    look = folders.look
    monkeypatch.setattr(folders, "look", lambda path, *rest: looked.append(path.name) or look(path, *rest))

    found = crawl_folder(tmp_path, tmp_path).proposals[0]

    assert looked == ["2013-01-30.csv"]
    assert found.notes == ("looked into 4 of 30 files; they have the same columns",)


def test_of_a_long_text_only_the_beginning_is_read(tmp_path: Path):
    write(tmp_path, "long.csv", "a,b\n" + "12345678,abcdefgh\n" * (HEAD // 16) + '"unclosed\n')

    found = crawl_folder(tmp_path, tmp_path).proposals[0]

    assert [column.type for column in found.columns] == ["integer", "string"]
    assert "types are those of the first 4 MiB of long.csv" in found.notes


def test_owners_are_those_whom_codeowners_names_the_last_rule_counting(tmp_path: Path):
    write(
        tmp_path, ".github/CODEOWNERS", "* @all # everything\n/lake/raw/ @org/intake ops@example.org\n*.jsonl @json\n"
    )
    write(tmp_path, "lake/raw/a.csv")
    write(tmp_path, "lake/raw/b.jsonl", '{"a": 1}\n')
    write(tmp_path, "lake/c.csv")
    rules = code_owners(tmp_path / "lake")

    assert rules
    assert [rules.of(tmp_path / path) for path in ("lake/raw/a.csv", "lake/raw/b.jsonl", "lake/c.csv")] == [
        ("@org/intake", "ops@example.org"),
        ("@json",),
        ("@all",),
    ]
    found = by_name(crawl_folder(tmp_path / "lake", tmp_path))
    assert [guess.value for guess in found["a"].owners] == ["org/intake", "ops@example.org"]
    assert found["a"].owners[0].why == "CODEOWNERS names them"


def test_one_file_stands_for_all_partitions_of_its_dataset(lake: Path):
    found = crawl_file(lake / "raw/flights/2013-01-02.csv", lake).proposals

    assert [(one.name, one.location, one.partition) for one in found] == [
        ("flights", "raw/flights/{date}.csv", {"every": "day", "from": "2013-01-01"})
    ]
    assert propose(str(lake / "events"), lake).location == "events/date={date}"


@pytest.mark.parametrize(
    ("target", "problem"),
    [("", "holds 7 datasets"), ("nowhere", "no such file or folder"), ("notes.txt", "is no dataset: its ending")],
)
def test_what_is_not_one_dataset_is_refused(lake: Path, target: str, problem: str):
    write(lake, "notes.txt")

    with pytest.raises(InvalidInput, match=problem):
        propose(str(lake / target), lake)


def test_a_folder_outside_of_the_storage_root_has_absolute_locations(lake: Path, tmp_path: Path):
    assert by_name(crawl_folder(lake, tmp_path / "elsewhere"))["airlines"].location == str(lake / "airlines.csv")


def test_more_datasets_than_one_file_holds_become_several_estates_of_one_namespace(tmp_path: Path):
    proposals = [
        Proposal(f"d{number}", "csv", f"/x/{number}", location=f"{'x' * 200}{number}.csv") for number in range(1600)
    ]

    files = dict(written(tmp_path, "big", proposals, guesses=False))

    for file, text in files.items():
        file.write_text(text)
    estates = [load_estate(file) for file in files]
    assert len(estates) > 1
    assert {dataset.name for estate in estates for dataset in estate.datasets} == {
        Name("big", one.name) for one in proposals
    }
    assert len({estate.scope for estate in estates}) == len(estates)
