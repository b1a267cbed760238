"""What the steward asks about data from outside. In the simulated estates nothing is watched: it is reported."""

from __future__ import annotations

from tests.simulation.model.queries import Rows, query
from tests.simulation.model.view import View


@query("arrivals.watched")
def watched(view: View) -> Rows:
    found = any(dataset["arrival"] for dataset in view.of("Dataset"))
    assert not found, "the model does not know how data that arrive are looked for"
    return []
