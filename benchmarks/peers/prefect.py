"""Prefect 3: an automation that an event starts, and a worker with a pool of processes."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.peers.base import LIMIT, UP_WITHIN, WORK, Peer

_DEPLOY = """
from prefect import flow
from prefect.automations import Automation
from prefect.events.actions import RunDeployment
from prefect.events.schemas.automations import EventTrigger

build = flow.from_source(source={source!r}, entrypoint="flow.py:build")
found = build.deploy(name="benchmark", work_pool_name="pool")
match = {{"prefect.resource.id": "raw"}}
trigger = EventTrigger(expect={{"raw.published"}}, match=match, posture="Reactive", threshold=1)
Automation(name="waits", trigger=trigger, actions=[RunDeployment(deployment_id=found)]).create()
print(found)
"""


class Prefect(Peer):
    name, version_of = "prefect", "prefect"

    def __init__(self, folder: Path, *, tuned: bool) -> None:
        super().__init__(folder, tuned=tuned)
        self._deployment = ""

    def environment(self) -> dict[str, str]:
        own = {
            "PREFECT_HOME": str(self.folder / "home"),
            "PREFECT_API_URL": f"{self.client.base_url}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        }
        tuned = {"PREFECT_WORKER_QUERY_SECONDS": "1"} if self.tuned else {}
        return super().environment() | own | tuned

    def start(self) -> None:
        source = self.folder / "source"
        source.mkdir()
        shutil.copy(WORK / "prefect_flow.py", source / "flow.py")
        prefect = self.program("prefect")
        self.child("server", prefect, "server", "start", "--host", "127.0.0.1", "--port", str(self.port))
        self.until_answers("/api/health")
        self._run(prefect, "work-pool", "create", "pool", "--type", "process")
        self._deployment = self._run(str(self.python()), "-c", _DEPLOY.format(source=str(source))).splitlines()[-1]
        self.child("worker", prefect, "worker", "start", "--pool", "pool", "--limit", str(LIMIT))

    def publish(self) -> None:
        event = {
            "id": str(uuid.uuid4()),
            "occurred": datetime.now(UTC).isoformat(),
            "event": "raw.published",
            "resource": {"prefect.resource.id": "raw"},
            "payload": {},
        }
        self.post("/api/events", [event])

    def trigger(self, count: int) -> None:
        for _ in range(count):
            self.post(f"/api/deployments/{self._deployment}/create_flow_run", {"state": {"type": "SCHEDULED"}})

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            check=True,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=UP_WITHIN,
            cwd=self.folder,
        )
        return done.stdout.strip()
