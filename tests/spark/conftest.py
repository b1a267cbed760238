"""Spark for tests: an environment of its own with PySpark, the listener's jar, and a cluster where one is asked for."""

from __future__ import annotations

import os
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.local.children import free_port
from tests.clients.environments import PACKAGES, packages_of, python_of
from tests.support.jars import NoJars, jars
from tests.support.workers import until

# Small and quick to start, on a machine that may have no name of its own.
CONF = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    "spark.executor.memory": "512m",
    "spark.sql.shuffle.partitions": "1",
}


@pytest.fixture(scope="session")
def spark() -> dict[str, str]:
    """The settings of a worker that submits locally and knows the listener."""
    if os.environ.get("SPARK") != "1":
        pytest.skip("`make test-spark` runs these: PySpark takes half a gigabyte")
    try:
        listener = jars("openlineage-spark", PACKAGES / "openlineage-spark-pom.xml", what="the listener of Spark")
    except NoJars as error:
        pytest.fail(str(error), pytrace=False)
    return {
        "HEADWATER_SPARK_SUBMIT": str(python_of("spark").with_name("spark-submit")),
        "HEADWATER_SPARK_MASTER": "local[1]",
        "HEADWATER_SPARK_LISTENER": str(listener),
    }


@pytest.fixture(scope="session")
def cluster(spark: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a standalone cluster of one worker on this machine."""
    folder = tmp_path_factory.mktemp("cluster")
    port, web = free_port(), free_port()
    address = f"spark://127.0.0.1:{port}"
    master = _start(folder, "master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(web))
    work = ["--cores", "1", "--memory", "1g", "--work-dir", str(folder / "work")]
    worker = _start(folder, "worker.Worker", "--host", "127.0.0.1", "--webui-port", str(free_port()), *work, address)
    try:
        until(lambda: '"state" : "ALIVE"' in _state(web), seconds=120, what="the cluster has a worker")
        yield address
    finally:
        for process in (worker, master):
            process.terminate()
            process.wait(60)


def _start(folder: Path, what: str, *arguments: str) -> subprocess.Popen[bytes]:
    home = packages_of("spark") / "pyspark"
    told = {"SPARK_HOME": str(home), "SPARK_DAEMON_MEMORY": "384m", "PYSPARK_PYTHON": str(python_of("spark"))}
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{what}", *arguments]
    with (folder / f"{what}.log").open("wb") as log:
        return subprocess.Popen(command, env={**os.environ, **told}, stdout=log, stderr=log, cwd=folder)


def _state(port: int) -> str:
    """What the master tells of its workers; nothing while it does not answer yet."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/", timeout=5) as answer:
            told = answer.read().decode()
    except OSError:
        return ""
    return told.partition('"workers"')[2].partition("]")[0]
