"""What Dagster runs in the benchmark: an asset that waits for one from outside, and a job that anybody may launch."""

import os
import time
import uuid
from pathlib import Path

import dagster as dg


def first_line():
    Path(os.environ["LINES"], uuid.uuid4().hex).write_text(str(time.time()))


raw = dg.AssetSpec("raw")


@dg.asset(deps=[raw], automation_condition=dg.AutomationCondition.eager())
def built():
    first_line()


@dg.op
def build():
    first_line()


@dg.job
def asked():
    build()


sensor = dg.AutomationConditionSensorDefinition(
    "waits",
    target=dg.AssetSelection.all(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=int(os.environ["SENSOR_SECONDS"]) if "SENSOR_SECONDS" in os.environ else None,
)
defs = dg.Definitions(assets=[raw, built], jobs=[asked], sensors=[sensor])
