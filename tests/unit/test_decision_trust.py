"""The benchmark that judges verdicts is a judge: that it sees what happens is held here."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pyarrow as pa
import pytest

from benchmarks.decision_trust.converting import carried_out, turned
from benchmarks.decision_trust.draw import draw_world
from benchmarks.decision_trust.engines import Engines
from benchmarks.decision_trust.judging import UNTOLD, Judged, rng_for
from benchmarks.decision_trust.matrix import Matrix
from benchmarks.decision_trust.proposing import KINDS, makes_sense, propose
from benchmarks.decision_trust.running import Change, Running, Turned
from benchmarks.decision_trust.sets import mended
from benchmarks.decision_trust.sqlite_side import sqlite_table, values_of
from benchmarks.decision_trust.star_schema import QUERIES, star_schema
from benchmarks.decision_trust.truth import Truth, of_job, of_reader
from benchmarks.decision_trust.world import DAYS, Content, Dataset, Input, Job, Reader, World
from graph_model.contracts.entities import Column
from graph_model.impact import entities as impact
from graph_model.names import Name

ROWS = pa.table(
    {"id": pa.array([1, 2, 3], pa.int32()), "kind": ["a", "b", None], "price": pa.array([1.5, 2.0, None], pa.float64())}
)
COLUMNS = (Column("id", "int32", nullable=False), Column("kind", "string"), Column("price", "float64"))
ORDERS = Dataset("orders", "parquet", COLUMNS, key=("id",))
TIDY = Job("tidy", "duckdb", "SELECT id, price FROM orders WHERE kind <> 'b'", (Input("orders"),), "made")
MADE = Dataset("made", "parquet", (Column("id", "int32"), Column("price", "float64")))


def named(name: str) -> Name:
    return Name("shop", name)


def a_world(*jobs: Job, rows: pa.Table = ROWS, readers: tuple[Reader, ...] = (), **more: Dataset) -> World:
    datasets = {"orders": ORDERS, "made": MADE, **more}
    return World("shop", datasets, jobs or (TIDY,), readers, {"orders": (Content(rows),)})


@pytest.fixture(scope="module")
def engines():
    found = Engines()
    yield found
    found.close()


def truth_of(engines: Engines, world: World, *changes: impact.Change, node: str = "tidy") -> Truth:
    running = Running(world, engines)
    judge = of_job if any(job.name == node for job in world.jobs) else of_reader
    return judge(world, node, running.before, running.under(carried_out(world, changes)))[0]


def test_a_job_fails_when_its_query_no_longer_fits(engines: Engines) -> None:
    assert truth_of(engines, a_world(), impact.DropColumn(named("orders"), "kind")) is Truth.FAILS
    assert truth_of(engines, a_world(), impact.RenameColumn(named("orders"), "price", "cost")) is Truth.FAILS


def test_a_job_stays_the_same_when_a_column_comes_or_widens_without_other_values(engines: Engines) -> None:
    assert truth_of(engines, a_world(), impact.AddColumn(named("orders"), "note", "string")) is Truth.SAME
    assert truth_of(engines, a_world(), impact.RetypeColumn(named("orders"), "id", "int64")) is Truth.SAME


def test_a_job_changes_when_what_it_makes_has_other_values_or_another_kind_of_them(engines: Engines) -> None:
    assert truth_of(engines, a_world(), impact.RetypeColumn(named("orders"), "price", "string")) is Truth.CHANGES
    assert truth_of(engines, a_world(), impact.ChangeMeaning(named("orders"), "price", "net")) is Truth.CHANGES
    assert (
        truth_of(engines, a_world(), impact.ChangeNullability(named("orders"), "id", nullable=True)) is not Truth.FAILS
    )


def test_what_waits_for_something_that_fails_fails(engines: Engines) -> None:
    after = Job("later", "duckdb", "SELECT count(*) AS n FROM made", (Input("made"),), "counted")
    world = a_world(TIDY, after, counted=Dataset("counted", "parquet", (Column("n", "int64"),)))

    assert truth_of(engines, world, impact.DropColumn(named("orders"), "kind"), node="later") is Truth.FAILS
    assert truth_of(engines, world, impact.RetireJob(named("tidy")), node="later") is Truth.FAILS


def test_the_changes_of_a_set_are_made_together(engines: Engines) -> None:
    items = ["id", "sort AS kind", "price"]
    rename = impact.RenameColumn(named("orders"), "kind", "sort")
    mend = impact.ChangeJob(named("tidy"), mended(TIDY, "orders", items))

    assert truth_of(engines, a_world(), rename) is Truth.FAILS
    assert truth_of(engines, a_world(), rename, mend) is Truth.SAME


def test_a_contract_that_is_broken_fails_the_job(engines: Engines) -> None:
    made = Dataset("made", "parquet", (Column("id", "int32"), Column("price", "float64")), checked=True)

    retyped = impact.RetypeColumn(named("orders"), "price", "string")
    assert truth_of(engines, a_world(made=made), retyped) is Truth.FAILS


def test_readers_take_columns_by_name_by_place_or_refuse_what_they_do_not_know(engines: Engines) -> None:
    readers = (
        Reader("by_name", "orders", ("price",)),
        Reader("by_place", "orders", ("price",), "position", (2,)),
        Reader("strict", "orders", ("price",), "exact", (), ("id", "kind", "price")),
    )
    world = a_world(readers=readers)
    first = impact.AddColumn(named("orders"), "note", "string", position=0)

    assert [truth_of(engines, world, first, node=one.name) for one in readers] == [
        Truth.SAME,
        Truth.CHANGES,
        Truth.FAILS,
    ]


def test_texts_are_compared_as_they_are_written(engines: Engines) -> None:
    file = Dataset("orders", "csv", (Column("id", "integer"), Column("kind", "string"), Column("price", "number")))
    content = Content(text=b"id,kind,price\n1,a,1.5\n2,,2.0\n")
    by_name, other = Reader("ids", "orders", ("id",)), Reader("kinds", "orders", ("kind",))
    world = World("shop", {"orders": file}, (), (by_name, other), {"orders": (content,)})
    retype = impact.RetypeColumn(named("orders"), "id", "number")

    assert truth_of(engines, world, retype, node="ids") is Truth.CHANGES
    assert truth_of(engines, world, retype, node="kinds") is Truth.SAME
    semicolons = impact.ChangeFormat(named("orders"), None, (("delimiter", ",", ";"),))
    assert truth_of(engines, world, semicolons, node="ids") is Truth.FAILS


def test_a_new_name_leaves_the_values_of_sqlite_alone_whatever_they_are() -> None:
    totals = Dataset("totals", "sqlite", (Column("total", "unknown"), Column("note", "string")))
    rows = sqlite_table([(7, "a"), (1.5, None), ("x", "b")], [("total", ""), ("note", "TEXT")])

    after = turned(totals, [impact.RenameColumn(named("totals"), "total", "sum")]).convert(Content(rows))

    assert after.table is not None
    assert after.table.column_names == ["sum", "note"]
    assert values_of(after.table, 0) == [7, 1.5, "x"]


def test_values_that_stay_are_spelled_as_before(engines: Engines) -> None:
    file = Dataset("orders", "csv", (Column("id", "integer"), Column("price", "number")))
    reader = Reader("prices", "orders", ("price",))
    world = World("shop", {"orders": file}, (), (reader,), {"orders": (Content(text=b"id,price\n01,1.50\n2,2\n"),)})
    promised = impact.ChangeNullability(named("orders"), "price", nullable=False)
    retyped = impact.RetypeColumn(named("orders"), "price", "float64")

    assert truth_of(engines, world, promised, node="prices") is Truth.SAME
    assert truth_of(engines, world, replace(promised, nullable=True), node="prices") is Truth.CHANGES
    assert truth_of(engines, world, retyped, node="prices") is Truth.CHANGES


def test_a_window_meets_partitions_from_before_and_after_the_change(engines: Engines) -> None:
    job = Job("tidy", "duckdb", "SELECT kind FROM orders WHERE _partition > ''", (Input("orders", window=2),), "made")
    daily = Dataset("orders", "parquet", COLUMNS, daily=True)
    made = Dataset("made", "parquet", (Column("kind", "string"),), daily=True)
    world = World("shop", {"orders": daily, "made": made}, (job,), (), {"orders": (Content(ROWS),) * len(DAYS)})
    rename = turned(daily, [impact.RenameColumn(named("orders"), "kind", "sort")])

    after = Running(world, engines).under(Change(turned={"orders": Turned(rename.dataset, rename.convert)}))
    seen: list[pa.Table | None] = [getattr(after.made["made", day], "table", None) for day in range(len(DAYS))]

    assert [None if one is None else one["kind"].null_count for one in seen] == [None, 1, 2, 4, None]


@pytest.fixture(scope="module")
def worlds(engines: Engines) -> list[World]:
    return [draw_world(f"w{seed}", rng_for(7, seed), engines, jobs=8) for seed in range(5)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_change_is_drawn_and_carried_out(worlds: list[World], kind: str) -> None:
    found = 0
    for world in worlds:
        try:
            changes = propose(world, rng_for(7, world.name), [kind])
        except LookupError:
            continue
        assert makes_sense(world, changes)
        change = carried_out(world, changes)
        assert change.starts or kind == "ChangeTerm"
        for name, one in change.turned.items():
            for content in world.sources.get(name, ()):
                one.convert(content)
        found += 1
    assert found


def test_a_seed_draws_the_same_estate_and_changes_again(engines: Engines) -> None:
    def drawn() -> str:
        world = draw_world("w", rng_for(3, 1), engines, jobs=10)
        contents = [one.digest for parts in world.sources.values() for one in parts]
        return repr((world.jobs, world.readers, world.datasets, contents, propose(world, Random("x"))))

    assert drawn() == drawn()


def test_the_benchmark_of_others_runs_and_each_query_finds_something(engines: Engines) -> None:
    world = star_schema(Random(1), engines)
    made = Running(world, engines).before.made

    assert len(QUERIES) == 13
    rows = {name: made[f"{name}_result", 0] for name in QUERIES}
    assert all(isinstance(one, Content) and one.table is not None and one.table.num_rows for one in rows.values())


def judged(verdict: str, truth: Truth, **more: bool) -> Judged:
    return Judged("0:0", "node", verdict, "rule", truth, "", "", ("DropColumn",), **more)


def test_a_break_is_missed_when_nobody_was_told() -> None:
    matrix = Matrix()
    matrix.add([judged("SAFE", Truth.CHANGES), judged(UNTOLD, Truth.FAILS), judged("SAFE", Truth.SAME)])
    matrix.add([judged("RISKY", Truth.FAILS), judged("BREAKS", Truth.SAME), judged("UNKNOWN", Truth.FAILS)])
    matrix.add([judged("SAFE", Truth.CHANGES, own=True)])

    assert (len(matrix.missed), len(matrix.understated), len(matrix.overstated)) == (2, 1, 1)
    assert "missed breaks 2;" in matrix.summary()
    assert "BREAKS precision 0.0 %" in matrix.summary()
    assert "SAFE recall 50.0 %" in matrix.summary()
