"""Dagster: an asset that is reported from outside, and one that is made when it is."""

from __future__ import annotations

import shutil
import uuid
from typing import Any

from benchmarks.peers.base import LIMIT, UP_WITHIN, WORK, Peer, wait_until

_LAUNCH = """
mutation ($selector: JobOrPipelineSelector!) {
  launchRun(executionParams: {selector: $selector, mode: "default"}) { __typename }
}
"""
_SENSORS = """
query ($selector: RepositorySelector!) {
  sensorsOrError(repositorySelector: $selector) {
    ... on Sensors { results { sensorState { ticks { status } } } }
  }
}
"""
_OPEN_RUNS = """
{ runsOrError(filter: {statuses: [QUEUED, NOT_STARTED, STARTING, STARTED]}) { ... on Runs { results { runId } } } }
"""
_REPOSITORY = {"repositoryLocationName": "defs.py", "repositoryName": "__repository__"}


class Dagster(Peer):
    name, version_of = "dagster", "dagster"

    def environment(self) -> dict[str, str]:
        own = {"DAGSTER_HOME": str(self.folder / "home"), "PYTHONPATH": str(self.folder)}
        # A file with the own interpreter's programs first: `dagster dev` starts others by name.
        own["PATH"] = f"{self.python().parent}:{super().environment()['PATH']}"
        return super().environment() | own | ({"SENSOR_SECONDS": "1"} if self.tuned else {})

    def start(self) -> None:
        home = self.folder / "home"
        home.mkdir()
        (home / "dagster.yaml").write_text(
            f"telemetry: {{enabled: false}}\nconcurrency: {{runs: {{max_concurrent_runs: {LIMIT}}}}}\n"
        )
        defs = self.folder / "defs.py"
        shutil.copy(WORK / "dagster_defs.py", defs)
        self.child("dev", self.program("dagster"), "dev", "-f", str(defs), "-h", "127.0.0.1", "-p", str(self.port))
        self.until_answers("/server_info")
        # A report before the sensor's first look starts nothing.
        wait_until(self._has_looked, UP_WITHIN, self)

    def publish(self) -> None:
        # The same version of the data again would be no news.
        self.post("/report_asset_materialization/raw", {"data_version": uuid.uuid4().hex})

    def trigger(self, count: int) -> None:
        selector = {**_REPOSITORY, "pipelineName": "asked"}
        for _ in range(count):
            self._ask(_LAUNCH, selector)

    def at_rest(self) -> bool:
        """An event that comes while the asset is being made counts as seen by that run."""
        runs = self._ask(_OPEN_RUNS, {})["data"]["runsOrError"]["results"]
        return not runs

    def _has_looked(self) -> bool:
        found = self._ask(_SENSORS, _REPOSITORY)
        sensors = (found.get("data") or {}).get("sensorsOrError", {}).get("results") or []
        over = {"SKIPPED", "SUCCESS"}
        return any(tick["status"] in over for sensor in sensors for tick in sensor["sensorState"]["ticks"])

    def _ask(self, query: str, selector: dict[str, str]) -> dict[str, Any]:
        return self.post("/graphql", {"query": query, "variables": {"selector": selector}})
