"""The order of a job's process: its environment, and what it may take.

Bounds are watched by the launcher over the whole tree; ceilings are known to the kernel, and hold for each process
alone. A ceiling lies above its bound, so that what goes too far is mostly ended with the bound as its reason; it stops
at once what would be too much in a single step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import structlog

from graph_model.jobs.limits import MB, Limits
from graph_model.jobs.secrets import OURS
from workers.executors import Launch, Task
from workers.executors.handover import clean_environment
from workers.process import CAP_BYTES, Forks, Handed, Order, Process

HEADROOM = 1.5
# What threads and libraries ask for without ever using it.
UNUSED_BYTES = 256 * MB
CPU_HEADROOM_SECONDS = 5
FAREWELL_SECONDS = 5.0

log = structlog.get_logger(__name__)


def job_order(
    task: Task,
    launch: Launch,
    *,
    limits: Limits,
    handed: Handed,
    told: Mapping[str, str] | None = None,
    template: Forks | None = None,
) -> Order:
    """`told`: variables that tell a job of those who are told of it."""
    return Order(
        launch,
        task.folder,
        environment_of(task, {**(told or {}), **launch.environment}),
        bounds={name: value for name, value in limits.said.items() if name != "output"},
        limits=ceilings(limits, reserves=launch.reserves),
        folders=tuple(dict.fromkeys(_output_folders(task))),
        cap_bytes=limits.output or CAP_BYTES,
        handed=handed,
        template=template,
    )


def say_farewell(order: Order) -> None:
    """For a process that was ended: tells whoever works for it elsewhere. Never raises, and takes a few seconds."""
    if order.launch.farewell is None:
        return
    launch = replace(order.launch, argv=order.launch.farewell, template=None)
    try:
        ended = Process(replace(order, launch=launch, label="farewell", template=None)).wait(FAREWELL_SECONDS)
    except OSError as error:
        log.warning("nobody could be told that the run was ended", error=str(error))
        return
    log.info("told elsewhere that the run was ended", said=ended.last_line, exit_code=ended.exit_code)


def environment_of(task: Task, extra: Mapping[str, str]) -> dict[str, str]:
    """With what the job declares, which may replace anything but what is Headwater's own."""
    declared = {name: value for name, value in task.job.environment.items() if not name.startswith(OURS)}
    return {**clean_environment(task, extra), **declared}


def ceilings(limits: Limits, *, reserves: bool) -> dict[str, int]:
    """Rlimits by name. A program that `reserves` more memory than it will use is only watched."""
    found: dict[str, int] = {}
    if limits.memory and not reserves:
        found["DATA"] = int(limits.memory * HEADROOM) + UNUSED_BYTES
    if limits.disk:
        found["FSIZE"] = int(limits.disk * HEADROOM)
    if limits.cpu:
        found["CPU"] = int(limits.cpu) + CPU_HEADROOM_SECONDS
    return found


def _output_folders(task: Task) -> Iterator[str]:
    for output in task.run.outputs:
        if output.content.location.startswith("/"):
            yield str(Path(output.content.location).parent)
