"""Marquez' API in the process of the tests."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import FastAPI

from tests.integration.api import call
from tests.support.events import WAREHOUSE

RUN = "0194e5b0-0000-7000-8000-000000000001"
JOB = "/namespaces/scheduler/jobs/nightly.orders"
TABLE = f"/namespaces/{quote(WAREHOUSE, safe='')}/datasets/shop.public.totals"
NODE = f"dataset:{WAREHOUSE}:shop.public.totals"


def get(app: FastAPI, path: str, status: int = 200, /, **asked: Any) -> Any:
    """The answer to a question, which must have that status."""
    answer = call(app, "GET", f"/api/v1{path}", params=asked)
    assert answer.status_code == status, answer.text
    return answer.json()


def send(app: FastAPI, *events: Any) -> None:
    """Sends events of OpenLineage."""
    answer = call(app, "POST", "/api/v1/lineage/batch", json=list(events))
    assert answer.json()["status"] == "success", answer.text
