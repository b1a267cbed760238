"""What the steward asks about runs of others. In the simulated estates nobody is trusted, and nobody tells of anything:
there is never a mark, never a run without an end, and never SQL to read."""

from __future__ import annotations

from typing import Any

from tests.simulation.model.queries import Rows, query
from tests.simulation.model.view import View


@query("observed.joined")
@query("observed.marked")
@query("observed.silent")
@query("observed.doubtful")
@query("observed.unread_sql")
@query("observed.jobs_of_news")
def none(view: View, **_: Any) -> Rows:
    assert not view.of("ObservedRun"), "the model does not know how such runs are looked at"
    return []
