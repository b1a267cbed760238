"""Airflow 3: an asset that an event from outside updates."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from pathlib import Path

from benchmarks.peers.base import LIMIT, UP_WITHIN, WORK, Peer, wait_until


class Airflow(Peer):
    name, version_of = "airflow", "apache-airflow"

    def __init__(self, folder: Path, *, tuned: bool) -> None:
        super().__init__(folder, tuned=tuned)
        self._secret = secrets.token_hex(16)
        self._asset = 0

    def environment(self) -> dict[str, str]:
        own = {
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.folder / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": str(LIMIT),
            "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": str(LIMIT),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.client.base_url}/execution/",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API_AUTH__JWT_SECRET": self._secret,
            "AIRFLOW__CORE__FERNET_KEY": "",
        }
        tuned = {"AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1"} if self.tuned else {}
        return super().environment() | own | tuned

    def start(self) -> None:
        (self.folder / "dags").mkdir()
        shutil.copy(WORK / "airflow_dags.py", self.folder / "dags" / "dags.py")
        airflow = self.program("airflow")
        with (self.folder / "migrate.log").open("wb") as log:
            subprocess.run(
                [airflow, "db", "migrate"],
                check=True,
                env=self.environment(),
                stdout=log,
                stderr=log,
                timeout=UP_WITHIN,
            )
        self.child("api", airflow, "api-server", "--host", "127.0.0.1", "--port", str(self.port))
        for part in ("scheduler", "dag-processor", "triggerer"):
            self.child(part, airflow, part)
        self.until_answers("/api/v2/version")
        self.client.headers["Authorization"] = f"Bearer {self._token()}"
        wait_until(self._knows_the_work, UP_WITHIN, self)

    def publish(self) -> None:
        self.post("/api/v2/assets/events", {"asset_id": self._asset, "extra": {}})

    def trigger(self, count: int) -> None:
        for _ in range(count):
            self.post("/api/v2/dags/asked/dagRuns", {"logical_date": None, "conf": {}})

    def _token(self) -> str:
        answer = self.client.get("/auth/token")
        answer.raise_for_status()
        return answer.json()["access_token"]

    def _knows_the_work(self) -> bool:
        assets = self.client.get("/api/v2/assets").json().get("assets", [])
        waiting = [asset["id"] for asset in assets if asset["scheduled_dags"]]
        if not waiting or self.client.get("/api/v2/dags/asked").is_error:
            return False
        self._asset = waiting[0]
        return True
