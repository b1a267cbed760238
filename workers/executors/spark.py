"""Spark jobs: an application, carried out by `spark-submit` on whatever cluster it is told.

Where the worker knows the OpenLineage listener, Spark writes what it does with columns into the scratch folder of the
run, and the worker passes that on. It decides nothing: the exit code does.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import structlog

from graph_model.settings import JavaSettings, SparkSettings
from workers.executors.base import CannotRunError, Explained, Launch, Task, project_of
from workers.executors.handover import write_job_file
from workers.executors.java import explained as explained_by_java
from workers.executors.java import java_environment, there, within
from workers.executors.shell import Placeholders

LISTENER = "io.openlineage.spark.agent.OpenLineageSparkListener"
EVENTS = "openlineage.ndjson"
# Of the memory that a job may take: what the heap of the driver may have, beside Python and the rest of the JVM.
DRIVER_SHARE = 0.6
_TRACEBACK = re.compile(r"Traceback \(most recent call last\):\n(?:[ \t].*\n)+(\S.*(?:\n: .*)?)")
_PYTHON_FILES = (".py", ".zip", ".egg")

log = structlog.get_logger(__name__)


class SparkExecutor:
    """Needs `application` and `project`; may have class, arguments, conf, packages, files, master."""

    def __init__(self) -> None:
        self._settings, self._java = SparkSettings(), JavaSettings()

    def prepare(self, task: Task) -> Launch:
        said, project = task.job.executor, project_of(task.job)
        submit, application = self._program(), there(project, said["application"], what="the application")
        write_job_file(task)
        events = task.folder / EVENTS if self._gathers(said.get("conf") or {}) else None
        argv = [submit, *self._where(said)]
        argv += ["--class", said["class"]] if said.get("class") else []
        argv += ["--packages", ",".join(said["packages"])] if said.get("packages") else []
        argv += _files([there(project, file, what="the file") for file in said.get("files") or ()])
        for name, value in self._conf(task, events).items():
            argv += ["--conf", f"{name}={value}"]
        argv += [application, *Placeholders(task).fill(said.get("arguments") or ())]
        return Launch(
            tuple(argv), project, self._environment(task, submit), reserves=True, explain=explained, events=events
        )

    def _program(self) -> str:
        found = shutil.which(self._settings.submit)
        if found is None:
            raise CannotRunError(
                f"there is no program {self._settings.submit} on this worker: install Spark, or set "
                "HEADWATER_SPARK_SUBMIT"
            )
        return found

    def _where(self, said: Mapping[str, str]) -> list[str]:
        if "spark.master" in (said.get("conf") or {}):
            return []
        return ["--master", said.get("master") or self._settings.master]

    def _gathers(self, conf: Mapping[str, str]) -> bool:
        if any(name.startswith("spark.openlineage.transport.") for name in conf):
            return False  # whoever names a receiver tells that one
        if self._settings.listener is None:
            log.info("the lineage of this job is not gathered: HEADWATER_SPARK_LISTENER names no listener")
            return False
        return True

    def _conf(self, task: Task, events: Path | None) -> dict[str, str]:
        """Ours where the job says nothing; lists are made longer."""
        said = {name: Placeholders(task).fill([value])[0] for name, value in _conf_of(task).items()}
        conf = {"spark.ui.enabled": "false", **said}
        ours = f'-XX:+ExitOnOutOfMemoryError "-Djava.io.tmpdir={task.folder / "tmp"}"'
        conf["spark.driver.extraJavaOptions"] = _joined(ours, said, "spark.driver.extraJavaOptions", " ")
        heap = within(task.job.limits.memory, DRIVER_SHARE)
        conf = ({"spark.driver.memory": str(heap)} if heap else {}) | conf
        if events is None:
            return conf
        conf["spark.extraListeners"] = _joined(LISTENER, said, "spark.extraListeners", ",")
        conf["spark.jars"] = _joined(",".join(self._listener()), said, "spark.jars", ",")
        return _openlineage(task, events) | conf

    def _listener(self) -> list[str]:
        place = self._settings.listener
        assert place is not None
        jars = sorted(map(str, place.glob("*.jar"))) if place.is_dir() else [str(place)]
        if not jars or not Path(jars[0]).is_file():
            raise CannotRunError(f"HEADWATER_SPARK_LISTENER: there is no jar at {place}")
        return jars

    def _environment(self, task: Task, submit: str) -> dict[str, str]:
        beside = Path(submit).with_name("python")
        python = self._settings.python or (str(beside) if os.access(beside, os.X_OK) else None)
        told = {"PYSPARK_PYTHON": python, "PYSPARK_DRIVER_PYTHON": python} if python else {}
        return java_environment(self._java) | told | {"SPARK_LOCAL_DIRS": str(task.folder / "tmp")}


def explained(exit_code: int, printed: str) -> Explained | None:
    """Spark talks on after the error that ended it, so the last line says nothing."""
    thrown = _TRACEBACK.findall(printed)
    if thrown:
        return Explained(" ".join(thrown[-1].split())[:500])
    return explained_by_java(exit_code, printed)


def _conf_of(task: Task) -> Mapping[str, str]:
    return task.job.executor.get("conf") or {}


def _joined(ours: str, said: Mapping[str, str], name: str, by: str) -> str:
    return by.join(filter(None, (ours, said.get(name))))


def _files(files: list[str]) -> Iterator[str]:
    """Modules are found by `import`, other files in the folder that Spark tells of."""
    for option, chosen in (
        ("--py-files", [file for file in files if file.endswith(_PYTHON_FILES)]),
        ("--files", [file for file in files if not file.endswith(_PYTHON_FILES)]),
    ):
        if chosen:
            yield from (option, ",".join(chosen))


def _openlineage(task: Task, events: Path) -> dict[str, str]:
    job = task.job.name
    return {
        "spark.openlineage.transport.type": "file",
        "spark.openlineage.transport.location": str(events),
        "spark.openlineage.namespace": job.namespace,
        "spark.openlineage.appName": job.name,
        "spark.openlineage.columnLineage.datasetLineageEnabled": "true",
    }
