"""`headwater up`, `demo`, `api`, `worker`: what runs on this machine."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from app.cli.connect import broker_url, open_graph, read_settings
from app.cli.options import AsJson
from app.cli.output import print_json, say

LABELS = "HEADWATER_WORKER_LABELS"
Labels = Annotated[
    list[str] | None,
    typer.Option("--label", help="What the workers have that jobs may ask for by `runs_on`; may be given again."),
]


def demo(
    *,
    kill_worker: Annotated[
        bool, typer.Option("--kill-worker", help="Kill a worker in the middle: it must change nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run a week of real flights through a whole stack of its own, show what came of it, and leave nothing behind."""
    from app.demo import run_demo

    raise typer.Exit(run_demo(as_json=as_json, kill_worker=kill_worker, say=say))


def up(
    *,
    home: Annotated[
        Path | None, typer.Option("--home", file_okay=False, help="Data folder instead of HEADWATER_HOME.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=0, max=64, help="How many worker processes.")] = 2,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=0, max=65535, help="Port of the API instead of HEADWATER_API_PORT; 0 takes a free one."
        ),
    ] = None,
    labels: Labels = None,
    as_json: AsJson = False,
) -> None:
    """Start graph, broker, API and workers on this machine, and keep them running until interrupted."""
    from app.local.stack import LocalStack
    from graph_model.settings import ApiSettings, data_folder

    wanted = read_settings(ApiSettings).port if port is None else port
    with LocalStack(home or data_folder(), workers=workers, api_port=wanted, say=say, labels=labels or ()) as stack:
        if as_json:
            print_json(api=stack.api_url, home=stack.home, pid=os.getpid(), workers=stack.worker_pids)
            sys.stdout.flush()
        say("Ctrl-C ends all of it")
        stack.wait()


def api(
    *,
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on instead of HEADWATER_API_HOST.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="Port instead of HEADWATER_API_PORT; 0 takes a free one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve GraphQL and REST until interrupted."""
    from app.main import serve
    from graph_model.settings import ApiSettings, BrokerSettings, DataSettings, GraphSettings, StorageSettings
    from graph_model.store.migrations import migrate

    def announce(url: str) -> None:
        if as_json:
            print_json(url=url, pid=os.getpid())
            sys.stdout.flush()
        say(f"API on {url}, GraphQL on {url}/graphql")

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    api_settings = read_settings(ApiSettings, **given)
    broker, storage, data = read_settings(BrokerSettings), read_settings(StorageSettings), read_settings(DataSettings)
    with open_graph() as graph:
        migrate(graph)
    with suppress(KeyboardInterrupt):  # the server has ended in order by then
        serve(
            api=api_settings,
            graph=read_settings(GraphSettings),
            broker=broker,
            storage=storage,
            data=data,
            announce=announce,
        )


def worker(*, labels: Labels = None, as_json: AsJson = False) -> None:
    """Run one worker until interrupted. It becomes this process: `python -m workers`."""
    open_graph().close()  # told here, with exit 3, rather than by a worker that has to wait
    broker_url()
    if labels:
        os.environ[LABELS] = ",".join(filter(None, (os.environ.get(LABELS, ""), *labels)))
    if as_json:
        print_json(pid=os.getpid())
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "workers"])  # noqa: S606  no shell is what we want
