"""Clients of OpenLineage start jobs: their events, as they send them, posted to a whole stack on one machine."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from graph_model.failpoints import VARIABLE
from tests.kill.cells import FailPoint
from tests.support.events import airflow_event, dbt_event, facet
from tests.support.stacks import RunningStack, clean_environment, headwater, running_stack, until

pytestmark = pytest.mark.xdist_group("stack")

WAREHOUSE = "postgres://warehouse:5432"
DAY = "2013-01-05"
ESTATE = f"""
scope: shop
namespace: {WAREHOUSE}
datasets:
  shop.public.orders:
    format: csv
    location: "orders/{{date}}.csv"
    partition: {{every: day, from: 2013-01-01}}
    observed: {{publish: true}}
  shop.public.customers:
    format: csv
    observed: {{publish: true}}
  shop.public.totals: {{format: csv, partition: {{every: day, from: 2013-01-01}}}}
  shop.public.greeted: {{format: csv}}
jobs:
  sum_up:
    shell: [cp, "{{input.shop.public.orders}}", "{{output.shop.public.totals}}"]
    inputs: [shop.public.orders]
    outputs: [shop.public.totals]
  greet:
    shell: [cp, "{{project}}", "{{output.shop.public.greeted}}"]
    inputs: [shop.public.customers]
    outputs: [shop.public.greeted]
"""


class Shop:
    """A stack with the estate applied, and the file of one day of orders where a client has written it."""

    def __init__(self, stack: RunningStack, folder: Path, environment: dict[str, str]) -> None:
        self.stack, self._environment = stack, environment
        (folder / "greeting.csv").write_text("word\nhello\n")
        estate = folder / "estate.yaml"
        estate.write_text(ESTATE.replace("{project}", str(folder / "greeting.csv")))
        self.run("apply", str(estate))

    def run(self, *arguments: str) -> Any:
        done = subprocess.run(
            [*headwater(*arguments), "--json"], env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def post(self, event: dict[str, Any]) -> int:
        request = urllib.request.Request(  # noqa: S310  loopback
            f"{self.stack.api_url}/api/v1/lineage",
            data=json.dumps(event).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  loopback
            return answer.status

    def states(self, dataset: str) -> list[tuple[str, str]]:
        found = self.run("versions", "list", f"{WAREHOUSE}/{dataset}")["versions"]
        return [(one["partition"], one["state"]) for one in found]


@contextlib.contextmanager
def a_shop(folder: Path, **environment: str) -> Iterator[Shop]:
    home = folder / "home"
    own = clean_environment(home, **environment)
    with running_stack(home, environment=own) as stack:
        place = Path(stack.connection["HEADWATER_STORAGE_ROOT"]) / "orders"
        place.mkdir(parents=True)
        (place / f"{DAY}.csv").write_text("id,amount\n1,10\n")
        yield Shop(stack, folder, own)


def orders() -> dict[str, Any]:
    return {"namespace": WAREHOUSE, "name": "shop.public.orders", "facets": {}}


def test_clients_start_what_waits_for_their_datasets(tmp_path: Path) -> None:
    with a_shop(tmp_path) as shop:
        start = airflow_event("START", f"{DAY}T01:00:00Z", day=DAY, inputs=[orders()])
        assert shop.post(start) == 201
        assert shop.post(airflow_event("COMPLETE", f"{DAY}T01:05:00Z", day=DAY, outputs=[orders()])) == 201
        statistics = {"outputStatistics": facet(rowCount=7)}
        customers = {"namespace": WAREHOUSE, "name": "shop.public.customers", "facets": {}, "outputFacets": statistics}
        assert shop.post(dbt_event("COMPLETE", f"{DAY}T02:00:00Z", outputs=[customers])) == 201

        until(lambda: shop.states("shop.public.totals") == [(DAY, "PUBLISHED")], "the job runs on what airflow wrote")
        until(lambda: shop.states("shop.public.greeted") == [("", "PUBLISHED")], "the job runs on what dbt wrote")

        (customers_version,) = shop.run("versions", "list", f"{WAREHOUSE}/shop.public.customers")["versions"]
        assert (customers_version["location"], customers_version["row_count"]) == ("", 7)
        assert shop.run("verify")["violations"] == []


def test_a_killed_api_loses_nothing_that_it_had_taken(tmp_path: Path) -> None:
    """It dies when the event is durable, and would have published next: the steward does it."""
    point = FailPoint(tmp_path / "points", "observed.before_publish")
    (tmp_path / "points").mkdir()
    with a_shop(tmp_path, **{VARIABLE: str(tmp_path / "points")}) as shop:
        point.arm()
        event = airflow_event("COMPLETE", f"{DAY}T01:05:00Z", day=DAY, outputs=[orders()])
        client = threading.Thread(target=_post_and_fail, args=(shop, event))
        client.start()
        until(lambda: point.pid() is not None, "the API stands still between the two")
        psutil.Process(point.pid() or 0).kill()
        client.join()

        until(lambda: shop.states("shop.public.totals") == [(DAY, "PUBLISHED")], "the job runs all the same", within=90)
        assert shop.run("verify")["violations"] == []


def _post_and_fail(shop: Shop, event: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        shop.post(event)
