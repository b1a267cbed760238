"""`headwater impact bad-version`: who is affected by a version that turned out bad."""

from __future__ import annotations

from app.cli.connect import open_graph
from app.cli.errors import finish
from app.cli.impact import as_object, breaks, judged, print_verdicts
from app.cli.lookup import find_version
from app.cli.options import AsJson, BadVersionArgument, WrongColumns, wrong_columns
from app.cli.output import print_json, say


def bad_version(version: BadVersionArgument, *, columns: WrongColumns = None, as_json: AsJson = False) -> None:
    """Who made something of a version that turned out bad, who read any of it and when, and who would read it next."""
    from graph_model.impact.entities import BadVersion

    with open_graph() as graph:
        answer = judged(graph, [BadVersion(find_version(graph, version), wrong_columns(columns))], None)
    if as_json:
        print_json(impact=as_object(answer))
    else:
        print_verdicts(answer.affected)
        if not answer.is_complete:
            say("there is more than this")
    finish(findings=breaks(answer.affected))
