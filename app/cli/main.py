"""`headwater`: the table of contents of the command line."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from app.cli import (
    audit,
    backfill,
    checks,
    config,
    contract,
    crawl,
    database,
    datasets,
    doctor,
    estate,
    export,
    forecast,
    holds,
    impact,
    impact_bad_version,
    impact_check,
    impact_columns,
    impact_delay,
    impact_sources,
    impact_things,
    imports,
    interventions,
    jobs,
    keep,
    lineage,
    lineage_diff,
    lineage_paths,
    logs,
    migrate,
    names,
    order,
    partitions,
    pools,
    quarantine,
    questions,
    replay,
    rereading,
    retire,
    runs,
    schedules,
    schema,
    search,
    stack,
    sweep,
    verify,
    versions,
)
from app.cli.errors import one_message
from graph_model.garbage import collect_rarely

_START, _ESTATE, _ASK, _INTERVENE, _OPERATE = "Start", "Estate", "Ask", "Intervene", "Operate"


class HeadwaterGroup(TyperGroup):
    """All commands, with one way to fail; `--debug` counts wherever it stands on the line."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, hoisted(args, "--debug"))

    def invoke(self, ctx: Any) -> Any:
        with one_message(debug=bool(ctx.params.get("debug"))):
            return super().invoke(ctx)


def hoisted(args: list[str], flag: str) -> list[str]:
    """`args` with `flag` first, if it stands anywhere before a `--`."""
    end = args.index("--") if "--" in args else len(args)
    if flag not in args[:end]:
        return args
    return [flag, *(arg for arg in args[:end] if arg != flag), *args[end:]]


app = typer.Typer(
    cls=HeadwaterGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def headwater(
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error happened, not only what.")] = False,
) -> None:
    """Decides, for every dataset of an estate: may it run, what breaks, who must know.

    Exit codes: 0 fine, 1 findings, 2 usage or something that does not exist, 3 the graph or the broker is unreachable.
    """


app.command(rich_help_panel=_START)(stack.demo)
app.command(rich_help_panel=_START)(stack.up)
app.command(rich_help_panel=_START)(stack.api)
app.command(rich_help_panel=_START)(stack.worker)

app.command(rich_help_panel=_ESTATE)(estate.plan)
app.command(rich_help_panel=_ESTATE)(estate.apply)
app.command(rich_help_panel=_ESTATE)(crawl.register)
app.command(rich_help_panel=_ESTATE)(crawl.crawl)
app.add_typer(imports.app, name="import", rich_help_panel=_ESTATE)

app.command("search", rich_help_panel=_ASK)(search.search)
app.command("datasets", rich_help_panel=_ASK)(datasets.list_datasets)
app.command("dataset", rich_help_panel=_ASK)(datasets.show_dataset)
app.command("jobs", rich_help_panel=_ASK)(jobs.list_jobs)
app.command("job", rich_help_panel=_ASK)(jobs.show_job)
app.command(rich_help_panel=_ASK)(versions.report)
app.command(rich_help_panel=_ASK)(versions.resolve)
app.command(rich_help_panel=_ASK)(versions.wait)
app.add_typer(versions.app, name="versions", rich_help_panel=_ASK)
app.command("partitions", rich_help_panel=_ASK)(partitions.list_partitions)
app.command(rich_help_panel=_ASK)(runs.ready)
app.command("schedule", rich_help_panel=_ASK)(schedules.show_schedule)
app.command("schedule-diff", rich_help_panel=_ASK)(schedules.show_difference)
app.command("runs", rich_help_panel=_ASK)(runs.list_runs)
app.command("logs", rich_help_panel=_ASK)(logs.show_logs)
app.command("lineage", rich_help_panel=_ASK)(lineage.show_lineage)
app.command("paths", rich_help_panel=_ASK)(lineage_paths.show_paths)
app.command("lineage-diff", rich_help_panel=_ASK)(lineage_diff.show_diff)
app.add_typer(schema.app, name="schema", rich_help_panel=_ASK)
app.add_typer(contract.app, name="contract", rich_help_panel=_ASK)
app.add_typer(names.app, name="names", rich_help_panel=_ASK)
app.add_typer(checks.app, name="checks", rich_help_panel=_ASK)
impact.app.command("delay")(impact_delay.delay)
impact.app.command("bad-version")(impact_bad_version.bad_version)
app.add_typer(impact.app, name="impact", rich_help_panel=_ASK)
app.command(rich_help_panel=_ASK)(retire.retire)
app.command("forecast", rich_help_panel=_ASK)(forecast.show_forecast)
impact.app.command("check")(impact_check.check)
impact.app.command("add-column")(impact_columns.add_column)
impact.app.command("reorder-columns")(impact_columns.reorder_columns)
impact.app.command("nullable")(impact_columns.make_nullable)
impact.app.command("not-null")(impact_columns.make_not_null)
impact.app.command("key")(impact_columns.change_key)
impact.app.command("allowed-values")(impact_columns.change_allowed_values)
impact.app.command("meaning")(impact_columns.change_meaning)
impact.app.command("default")(impact_columns.change_default)
impact.app.command("rename-dataset")(impact_things.rename_dataset)
impact.app.command("format")(impact_things.change_format)
impact.app.command("move")(impact_things.move_dataset)
impact.app.command("repartition")(impact_things.repartition)
impact.app.command("term")(impact_things.change_term)
impact.app.command("change-job")(impact_things.change_job)
impact.app.command("retire-job")(impact_things.retire_job)
impact.app.command("retire-consumer")(impact_things.retire_consumer)
impact.app.command("set")(impact_sources.judge_set)
impact.app.command("files")(impact_sources.judge_files)
impact.app.command("contract")(impact_sources.judge_contract)
impact.app.command("ddl")(impact_sources.judge_ddl)
impact.app.command("dbt")(impact_sources.judge_dbt)

app.command(rich_help_panel=_INTERVENE)(holds.hold)
app.command(rich_help_panel=_INTERVENE)(holds.skip)
app.command(rich_help_panel=_INTERVENE)(holds.release)
app.command("holds", rich_help_panel=_INTERVENE)(holds.list_holds)
app.command(rich_help_panel=_INTERVENE)(order.run)
app.command(rich_help_panel=_INTERVENE)(order.restart)
app.command(rich_help_panel=_INTERVENE)(backfill.backfill)
app.add_typer(pools.app, name="pools", rich_help_panel=_INTERVENE)
app.command(rich_help_panel=_INTERVENE)(interventions.cancel)
app.command(rich_help_panel=_INTERVENE)(interventions.retry)
app.command(rich_help_panel=_INTERVENE)(interventions.mark)
app.command(rich_help_panel=_INTERVENE)(replay.replay)
app.command("replays", rich_help_panel=_INTERVENE)(replay.list_replays)
app.command(rich_help_panel=_INTERVENE)(interventions.revalidate)
versions.app.command("check")(rereading.check_versions)
app.command(rich_help_panel=_INTERVENE)(quarantine.quarantine)
app.command("release-version", rich_help_panel=_INTERVENE)(quarantine.release_version)
app.command("tainted", rich_help_panel=_INTERVENE)(quarantine.show_tainted)
app.command("questions", rich_help_panel=_INTERVENE)(questions.list_questions)
app.command(rich_help_panel=_INTERVENE)(questions.answer)

app.command("migrate", rich_help_panel=_OPERATE)(migrate.migrate_graph)
app.command("doctor", rich_help_panel=_OPERATE)(doctor.examine)
app.command("verify", rich_help_panel=_OPERATE)(verify.verify_graph)
app.add_typer(audit.app, name="audit", rich_help_panel=_OPERATE)
app.command(rich_help_panel=_OPERATE)(keep.backup)
app.command(rich_help_panel=_OPERATE)(keep.restore)
app.add_typer(export.app, name="export", rich_help_panel=_OPERATE)
app.add_typer(database.app, name="database", rich_help_panel=_OPERATE)
app.command(rich_help_panel=_OPERATE)(sweep.sweep)
app.command("config", rich_help_panel=_OPERATE)(config.show_config)


def run() -> None:
    """The `headwater` command."""
    collect_rarely()
    app(prog_name="headwater")


if __name__ == "__main__":
    run()
