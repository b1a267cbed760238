"""Datasets whose contracts ask for checks, and a fleet that really checks them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.checks.places import places_found
from connectors.sql.columns import read_columns
from connectors.storage import write
from graph_model.contracts.entities import Check, CheckResult, Contract
from graph_model.estate.apply import apply
from graph_model.estate.entities import DatasetSpec
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme
from graph_model.runs.entities import ClaimedRun
from graph_model.runs.finish import Ending
from graph_model.store.graph import Graph
from graph_model.versions.entities import Content, Report, Version
from graph_model.versions.report import report_version
from graph_model.versions.repository import version
from tests.integration.test_schemas import RealFleet
from tests.support.estates import a_dataset, an_estate

WHOLE = PartitionScheme()
HISTORY = {"versions": 3, "at_least": 2, "deviations": 3.0, "slack": 0.0, "same_weekday": False}
ROWS = Check("usual size", "row_count_history", HISTORY)


class NearFleet(RealFleet):
    """Looks for other datasets below its root too, as a worker does."""

    def ending(self, run: ClaimedRun) -> Ending:
        (output,) = run.outputs
        return super().ending(replace(run, outputs=(replace(output, checks=places_found(output.checks, self.root)),)))


def checked(name: str, *checks: Check, partitions: PartitionScheme | None = None) -> DatasetSpec:
    """A dataset, daily if nothing else is said, whose contract asks for these checks."""
    where = f"{name}/{{date}}.parquet" if partitions is None else f"{name}.parquet"
    more: dict[str, Any] = {} if partitions is None else {"partitions": partitions}
    contract = Contract(checks=checks)
    return a_dataset(name, location=where, contract=contract, owners=("owner@example.org",), **more)


def declare(graph: Graph, *specs: DatasetSpec) -> None:
    apply(graph, an_estate(*specs), read_columns=read_columns, actor="tester")


def deliver(graph: Graph, root: Path, name: str, day: str = "", *, ids: Any = (1,)) -> Version:
    """Reports a version with these ids, has it validated, and says what became of it."""
    place = f"{name}/{day}.parquet" if day else f"{name}.parquet"
    write(Content("parquet", str(root / place)), pa.table({"id": pa.array(list(ids), pa.int64())}).to_reader())
    receipt = report_version(graph, Report(Name("shop", name), day))
    NearFleet(graph, root=root).work()
    return version(graph, receipt.version)


def found_in(delivered: Version, check: str) -> CheckResult:
    return next(result for result in delivered.results if result.check == check)
