"""What a job tells of the versions that it wrote: kept among their metrics, apart from what reading them showed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_KEY = "job"


def with_job_metrics(metrics: str, told: Mapping[str, Any]) -> str:
    """The metrics of a version, as JSON, with what its job tells.

    Written without blanks: dialects are looked for by their text in metrics (`versions.dialects`), and nothing that a
    job tells may look like one.
    """
    if not told:
        return metrics
    said = json.dumps(dict(told), separators=(",", ":"), default=str)
    return f'{metrics[:-1]}{"" if metrics == "{}" else ", "}"{_KEY}": {said}}}'


def job_metrics_in(metrics: str | None) -> Mapping[str, Any]:
    return json.loads(metrics or "{}").get(_KEY) or {}
