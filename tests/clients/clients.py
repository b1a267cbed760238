"""Each client as its users start it: unchanged, told only of another URL, and what must be known of its flow after."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.clients.environments import PACKAGES, python_of, versions_of
from tests.clients.flows import FLOWS, Flow
from tests.support.jars import jars
from tests.support.postgresql import PostgreSQL, start_postgresql

WORK = Path(__file__).parent / "work"
ENDS_WITHIN = 600


@dataclass(frozen=True, slots=True)
class Client:
    """`run(url, folder)` returns what the client printed. `flows` are those that Headwater must know afterwards."""

    name: str
    versions: Callable[[], str]
    how: str
    run: Callable[[str, Path], str]
    flows: Sequence[Flow]


class ClientFailed(Exception):
    """The client itself did not end well, or complained of the server."""


def _python(**settings: str) -> Callable[[str, Path], str]:
    def run(url: str, folder: Path) -> str:
        told = {name: value.format(url=url) for name, value in settings.items()}
        return _ended([str(python_of("python")), str(WORK / "python_client.py")], folder, told)

    return run


def _dbt(url: str, folder: Path) -> str:
    shutil.copytree(WORK / "dbt", folder, dirs_exist_ok=True)
    program = python_of("dbt").with_name("dbt-ol")
    told = {"OPENLINEAGE_URL": url, "OPENLINEAGE_NAMESPACE": "dbt", "PATH": f"{program.parent}:{os.environ['PATH']}"}
    return _ended([str(program), "build", "--profiles-dir", "."], folder, told)


def _airflow(url: str, folder: Path) -> str:
    (folder / "dags").mkdir()
    shutil.copy(WORK / "airflow_dag.py", folder / "dags")
    server = start_postgresql()
    try:
        server.run("CREATE TABLE orders (id int, day date, amount int, state text)")
        return _dag(url, folder, server)
    finally:
        server.remove()


def _dag(url: str, folder: Path, warehouse: PostgreSQL) -> str:
    address = urlsplit(warehouse.url)
    told = {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "AIRFLOW_CONN_WAREHOUSE": f"postgresql://{address.netloc}{address.path}",
        "AIRFLOW__OPENLINEAGE__TRANSPORT": f'{{"type": "http", "url": "{url}", "compression": "gzip"}}',
        "AIRFLOW__OPENLINEAGE__NAMESPACE": "airflow",
    }
    airflow = str(python_of("airflow").with_name("airflow"))
    _ended([airflow, "db", "migrate"], folder, told)
    return _ended([airflow, "dags", "test", "nightly", "2013-01-05"], folder, told)


def _spark(*more: str) -> Callable[[str, Path], str]:
    def run(url: str, folder: Path) -> str:
        for name, text in {
            "orders": "id,day,amount,currency\n1,2013-01-05,20,EUR\n",
            "rates": "currency,rate\nEUR,1.3\n",
        }.items():
            (folder / name).mkdir()
            (folder / name / "part.csv").write_text(text)
        found = jars("openlineage-spark", PACKAGES / "openlineage-spark-pom.xml", what="the listener of Spark")
        settings = {
            "spark.extraListeners": "io.openlineage.spark.agent.OpenLineageSparkListener",
            "spark.openlineage.transport.type": "http",
            "spark.openlineage.transport.url": url,
            "spark.openlineage.namespace": "spark",
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "2",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
        } | dict(setting.split("=") for setting in more)
        command = [str(python_of("spark").with_name("spark-submit")), "--master", "local[2]"]
        command += ["--jars", ",".join(map(str, sorted(found.glob("*.jar"))))]
        for name, value in settings.items():
            command += ["--conf", f"{name}={value}"]
        told = {"PYSPARK_PYTHON": str(python_of("spark")), "PYSPARK_DRIVER_PYTHON": str(python_of("spark"))}
        return _ended([*command, str(WORK / "spark_job.py"), str(folder)], folder, told)

    return run


def _ended(command: Sequence[str], folder: Path, told: Mapping[str, str]) -> str:
    """What it printed. A client keeps its work going when the server refuses what it sends, so its words are read."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("HEADWATER_", "OPENLINEAGE"))}
    done = subprocess.run(
        command,
        cwd=folder,
        env=clean | {"HOME": str(folder), **told},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=ENDS_WITHIN,
        check=False,
    )
    (folder / "client.log").write_text(done.stdout)
    if done.returncode != 0:
        raise ClientFailed(f"{command[0]} ended with {done.returncode}:\n{done.stdout[-3000:]}")
    refused = [line for line in done.stdout.splitlines() if any(word in line for word in _REFUSED)]
    if refused:
        raise ClientFailed(f"{command[0]} was not content with the server: {refused[0]}")
    return done.stdout


_REFUSED = (
    "Failed to emit",
    "failed to emit",
    "Could not emit",
    "HttpTransportResponseException",
    "OpenLineageClientException",
)


def _of_python() -> str:
    return versions_of("python", "openlineage-python")


CLIENTS = (
    Client("python", _of_python, "`OPENLINEAGE_URL`", _python(OPENLINEAGE_URL="{url}"), FLOWS["python"]),
    Client(
        "python-gzip",
        _of_python,
        "transport `http`, `compression: gzip`",
        _python(
            OPENLINEAGE__TRANSPORT__TYPE="http",
            OPENLINEAGE__TRANSPORT__URL="{url}",
            OPENLINEAGE__TRANSPORT__COMPRESSION="gzip",
        ),
        FLOWS["python"],
    ),
    Client(
        "python-async",
        _of_python,
        "transport `async_http`",
        _python(OPENLINEAGE__TRANSPORT__TYPE="async_http", OPENLINEAGE__TRANSPORT__URL="{url}"),
        FLOWS["python"],
    ),
    Client(
        "dbt",
        lambda: versions_of("dbt", "openlineage-dbt", "dbt-core", "dbt-duckdb"),
        "`dbt-ol build`, `OPENLINEAGE_URL`",
        _dbt,
        FLOWS["dbt"],
    ),
    Client(
        "airflow",
        lambda: versions_of("airflow", "apache-airflow", "apache-airflow-providers-openlineage"),
        "`airflow dags test`, provider's transport, gzip, a real PostgreSQL",
        _airflow,
        FLOWS["airflow"],
    ),
    Client(
        "spark",
        lambda: f"{versions_of('spark', 'pyspark')}, openlineage-spark 1.53.0",
        "`spark-submit`, the listener's jar, its settings as they come",
        _spark(),
        FLOWS["spark"],
    ),
    Client(
        "spark-fields",
        lambda: f"{versions_of('spark', 'pyspark')}, openlineage-spark 1.53.0",
        "the same, `columnLineage.datasetLineageEnabled=false`",
        _spark("spark.openlineage.columnLineage.datasetLineageEnabled=false"),
        FLOWS["spark"],
    ),
)
