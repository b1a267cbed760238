"""Watches every commit as it happens: what must hold between one state and the next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulation.line import LEASE_SECONDS
from tests.simulation.model.records import Key, Record, Records

if TYPE_CHECKING:
    from tests.simulation.world import World

_NEXT = {
    None: {"READY"},
    "READY": {"RUNNING", "SUPERSEDED", "CANCELLED"},
    "RUNNING": {"READY", "SUCCEEDED", "FAILED", "CANCELLED"},
}


class Witness:
    def __init__(self, world: World) -> None:
        self._world = world
        self.violations: list[str] = []

    def __call__(self, before: Records, after: Records) -> None:
        for key, record in after.items():
            if record is not None and (look := _LOOKS.get(key[0])):
                look(self, before.get(key), record, after)

    def _say(self, text: str) -> None:
        self.violations.append(f"{self._world.scheduler.now:.3f} s: {text}")

    def _find(self, key: Key, after: Records) -> Record | None:
        return after[key] if key in after else self._world.engine.truth.get(key)

    def worker(self, before: Record | None, now: Record, after: Records) -> None:
        if before is None or before["lease_until"] is None or now["ended_at"] is not None:
            return
        renewed_at = now["lease_until"] - timedelta(seconds=LEASE_SECONDS)
        if renewed_at > before["lease_until"]:
            self._say(f"the lease of {now.id} had run out and was renewed")

    def run(self, before: Record | None, now: Record, after: Records) -> None:
        was = before and before["state"]
        if was == now["state"]:
            return
        if now["state"] not in _NEXT.get(was, ()):
            self._say(f"run {now.id} went from {was} to {now['state']}")
        if now["state"] == "RUNNING" and before is not None:
            self._claimed(before, now, after)

    def _claimed(self, before: Record, now: Record, after: Records) -> None:
        if now["fence"] != before["fence"] + 1:
            self._say(f"claiming {now.id} took the fence from {before['fence']} to {now['fence']}")
        if now["attempts"] != before["attempts"] + 1:
            self._say(f"claiming {now.id} was not counted as an attempt")
        if before["not_before"] is not None and before["not_before"] > now["started_at"]:
            self._say(f"run {now.id} was claimed before it was due")
        owner = self._find(("Worker", now["owner"]), after)
        if owner is None or owner["lease_until"] <= now["started_at"]:
            self._say(f"run {now.id} was claimed by {now['owner']}, which has no lease")
        job_partition = self._find(("JobPartition", now["job_partition"]), after)
        for key in job_partition.out.get("HAS_RUN", ()) if job_partition else ():
            sibling = self._find(key, after)
            if sibling is None or key == now.key:
                continue
            if sibling["state"] == "RUNNING":
                self._say(f"run {now.id} was claimed while its sibling {key[1]} was running")
            if before["fence"] == 0 and sibling["created_at"] > now["created_at"]:
                self._say(f"run {now.id} was begun although {key[1]} has newer inputs")

    def attempt(self, before: Record | None, now: Record, after: Records) -> None:
        if now["outcome"] != "LOST" or (before is not None and before["outcome"] == "LOST"):
            return
        owner = self._find(("Worker", now["worker"]), after)
        if owner is not None and owner["lease_until"] > now["ended_at"]:
            self._say(f"attempt {now.id} was taken from {now['worker']}, whose lease was alive")

    def version(self, before: Record | None, now: Record, after: Records) -> None:
        was = before and before["state"]
        if was == now["state"]:
            return
        if was in {"PUBLISHED", "QUARANTINED"} and now["state"] not in {"SUPERSEDED", "QUARANTINED"}:
            self._say(f"version {now.id} went from {was} to {now['state']}")
        if now["state"] == "PUBLISHED":
            self._published(now)

    def _published(self, version: Record) -> None:
        file = self._world.files.read(version["location"])
        self._world.files.seal(version["location"])
        if file is None or not file.whole or not file.good:
            self._say(f"version {version.id} was published with a bad content: {file}")
        elif file.hash != version["content_hash"]:
            self._say(f"version {version.id} was published as {version['content_hash']}, its file is {file.hash}")


_LOOKS = {
    "Worker": Witness.worker,
    "Run": Witness.run,
    "Attempt": Witness.attempt,
    "DatasetVersion": Witness.version,
}
