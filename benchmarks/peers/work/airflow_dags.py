"""What Airflow runs in the benchmark: one task that waits for one asset, and one that anybody may trigger."""

import os
import time
import uuid
from pathlib import Path

from airflow.sdk import Asset, dag, task


def first_line() -> None:
    Path(os.environ["LINES"], uuid.uuid4().hex).write_text(str(time.time()))


@dag(
    dag_id="waits", schedule=[Asset(name="raw", uri="x-benchmark://raw")], catchup=False, is_paused_upon_creation=False
)
def waits():
    @task(task_id="build")
    def build():
        first_line()

    build()


@dag(dag_id="asked", schedule=None, catchup=False, is_paused_upon_creation=False, max_active_runs=1000)
def asked():
    @task(task_id="build")
    def build():
        first_line()

    build()


waits()
asked()
