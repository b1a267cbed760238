"""`headwater audit …`: whether the chain of records holds, and what happened to one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import open_graph
from app.cli.errors import finish
from app.cli.options import AsJson
from app.cli.output import cell_text, print_fields, print_json, print_table, say

if TYPE_CHECKING:
    from graph_model.audit.verify_chain import ChainReport

app = typer.Typer(no_args_is_help=True, help="What happened, and the proof that nobody changed it since.")


@app.command("verify")
def verify_audit(*, as_json: AsJson = False) -> None:
    """Walk the audit chain and name the first record that is altered, missing or in a wrong place. Exit 1 for one."""
    from graph_model.audit.verify_chain import verify_chain

    with open_graph() as graph:
        report = verify_chain(graph)
    if as_json:
        print_json(ok=report.broken is None, report=report)
    else:
        print_fields(sealed=report.sealed, unsealed=report.unsealed, oldest_unsealed=report.oldest_unsealed)
        say(_verdict(report))
    finish(findings=report.broken is not None)


@app.command("show")
def show_trail(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="The id of a version, a run, a dataset …")],
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many records at most.")] = 200,
    as_json: AsJson = False,
) -> None:
    """Show what happened to one thing, oldest first. PLACE is the place in the chain; none: not sealed yet."""
    from graph_model.audit.repository import trail

    with open_graph() as graph:
        page = trail(graph, subject, first=limit)
    if as_json:
        print_json(records=page.items, has_more=page.has_next)
        return
    rows = [(each.seq, each.at, each.transition, each.actor, _detail(each.detail)) for each in page.items]
    print_table(
        ("PLACE", "AT", "TRANSITION", "ACTOR", "DETAIL"), rows, empty=f"nothing is known to have happened to {subject}"
    )
    if page.has_next:
        say(f"there are more than {limit}")


def _detail(detail: dict[str, object]) -> str:
    return cell_text(", ".join(f"{key}: {value}" for key, value in detail.items() if value not in (None, "")))


def _verdict(report: ChainReport) -> str:
    if report.broken is not None:
        named = f" ({report.broken.record})" if report.broken.record else ""
        return f"broken: record {report.broken.seq}{named} {report.broken.message}"
    return "the chain holds" if report.sealed else "nothing is sealed yet"
