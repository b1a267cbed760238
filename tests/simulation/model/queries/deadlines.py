"""What the steward asks about time. In the simulated estates nobody has a deadline, and what is learned of durations
decides nothing: there is never anything to look at."""

from __future__ import annotations

from typing import Any

from tests.simulation.model.queries import Rows, query
from tests.simulation.model.view import View


@query("deadlines.to_learn")
def none(view: View, **_: Any) -> Rows:
    return []


@query("deadlines.promises")
def no_promises(view: View, **_: Any) -> Rows:
    assert not view.of("Consumer"), "the model does not know how their deadlines are looked at"
    return [{"rows": []}]
