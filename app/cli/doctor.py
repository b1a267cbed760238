"""`headwater doctor`: is everything there that Headwater needs, and if not, which command mends it."""

from __future__ import annotations

from contextlib import ExitStack

from app.cli.errors import finish
from app.cli.options import AsJson
from app.cli.output import print_json, print_table, say


def examine(*, as_json: AsJson = False) -> None:
    """Look at settings, graph, broker, workers, storage and clock; each failing line names the command that mends it.

    Exit 1 when something fails, an unreachable graph included.
    """
    from app.cli import examinations

    with ExitStack() as stack:
        findings = list(examinations.examine_all(stack))
    failed = [finding for finding in findings if finding.state == "FAIL"]
    if as_json:
        print_json(ok=not failed, findings=findings)
    else:
        print_table(
            ("STATE", "WHAT", "FOUND", "MEND"), [(f.state, f.subject, f.found, f.mend) for f in findings], empty=""
        )
        say(f"{len(failed)} to mend" if failed else "all is well")
    finish(findings=bool(failed))
