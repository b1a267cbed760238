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
    ... on Sensors { results { sensorState { ticks(limit: 5) { status timestamp } } } }
  }
}
"""
_LAST_RUN = "{ runsOrError(limit: 1) { ... on Runs { results { endTime } } } }"
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
        """An event that comes while the asset is being made, or before the sensor has seen that it is made, counts as
        seen by that run."""
        runs = self._ask(_LAST_RUN, {})["data"]["runsOrError"]["results"]
        ended = runs[0]["endTime"] if runs else 0.0
        return ended is not None and self._looked_at() > ended

    def rhythm(self) -> float:
        return 1.0 if self.tuned else 30.0

    def _has_looked(self) -> bool:
        return bool(self._looked_at())

    def _looked_at(self) -> float:
        """When the sensor last began a look that is over; 0: never."""
        found = self._ask(_SENSORS, _REPOSITORY)
        sensors = (found.get("data") or {}).get("sensorsOrError", {}).get("results") or []
        ticks = [tick for sensor in sensors for tick in sensor["sensorState"]["ticks"]]
        return max((tick["timestamp"] for tick in ticks if tick["status"] in {"SKIPPED", "SUCCESS"}), default=0.0)

    def _ask(self, query: str, selector: dict[str, str]) -> dict[str, Any]:
        return self.post("/graphql", {"query": query, "variables": {"selector": selector}})
