"""What it costs to start a run: a copy of a template against a fresh interpreter.

`python -m benchmarks.spawn [--times N]` carries out a Python job that writes one small CSV file, and the validation of
that file, N times each way, with no graph. It prints the median of the time that a worker waits and the processor time
of all processes of a run, in milliseconds, and the ratio of both ways: figures of a busy machine are wrong, their ratio
is less so. Needs nothing; leaves nothing.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.fleet import with_ended
from graph_model.estate.entities import JobSpec
from graph_model.names import Name, dataset_id
from graph_model.runs.entities import ClaimedRun, RunKind, RunOutput
from graph_model.versions.entities import Content
from workers.executors import Launch, Task, executor_for, validation
from workers.executors.handover import clean_environment
from workers.places import make_staging, open_task
from workers.process import Order, Process
from workers.template.keeper import Templates

CODE = "def build(inputs, outputs, partition): open(outputs['out'].path, 'w').write('id,amount\\n1,10\\n2,20\\n')\n"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one step, per run, in milliseconds."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:7.1f} ms, {self.cpu:6.1f} ms of processor"


def main() -> None:
    parser = argparse.ArgumentParser(description="Forked runs against fresh interpreters.")
    parser.add_argument("--times", type=int, default=50)
    times = parser.parse_args().times
    templates = Templates()
    templates.start()
    if not templates.ready_within(60):
        sys.exit("the templates do not get ready")
    with TemporaryDirectory() as folder:
        task = a_task(Path(folder))
        steps = {"job": executor_for("python").prepare(task), "validate": validation.prepare(task, task.run.outputs)}
        for label, launch in steps.items():
            forked = cost_of(task, label, launch, templates, times=times)
            fresh = cost_of(task, label, launch, None, times=max(3, times // 5))
            say(f"{label:9} forked {forked}; fresh {fresh}")
            say(f"          {fresh.wall / forked.wall:.1f} times the wait, {fresh.cpu / forked.cpu:.1f} times the cost")
        ready = checked(task, templates, times=times)
        say(f"validate  by a checker that stands ready {ready}")
    for kind, process in processes_of(templates).items():
        say(f"template {kind}: {anonymous_kilobytes(process.pid) / 1024:.0f} MB that every fork has to list")
    templates.stop()


def a_task(folder: Path) -> Task:
    (folder / "jobs.py").write_text(CODE)
    name, dataset = Name("bench", "job"), Name("bench", "out")
    job = JobSpec(name, "python", {"function": "jobs:build", "project": str(folder)}, (), (dataset,))
    output = RunOutput(dataset, dataset_id(dataset), "2026-01-01", Content("csv", "out/data.csv"))
    run = ClaimedRun("rn_bench", RunKind.JOB, 1, 1, 0, name, "2026-01-01", job, (), (output,), 60.0)
    task = open_task(run, folder / "data")
    make_staging(task.run.outputs)
    return task


def cost_of(task: Task, label: str, launch: Launch, templates: Templates | None, *, times: int) -> Cost:
    template = templates.of(launch.template) if templates else None
    order = Order(launch, task.folder, clean_environment(task, launch.environment), label, template=template)
    carry_out(order)
    cpu = (lambda: cpu_below(templates)) if templates else cpu_of_children
    before, waits = cpu(), [timed(lambda: carry_out(order)) for _ in range(times)]
    time.sleep(0.1)  # the last launcher is still being collected
    return Cost(statistics.median(waits) * 1000, (cpu() - before) / times * 1000)


def checked(task: Task, templates: Templates, *, times: int) -> Cost:
    """The same validation, by a process that is there for all small contents."""

    def check() -> None:
        if validation.good_at_once(task.run.outputs, templates.checkers.answer) is None:
            sys.exit("the checker does not find it good")

    check()
    before, waits = cpu_below(templates), [timed(check) for _ in range(times)]
    return Cost(statistics.median(waits) * 1000, (cpu_below(templates) - before) / times * 1000)


def carry_out(order: Order) -> None:
    ended = Process(order).wait(60)
    if ended.exit_code:
        sys.exit(f"{order.label} ended with {ended.exit_code}: {order.stderr.read_text()}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def timed(step: Callable[[], None]) -> float:
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def processes_of(templates: Templates) -> dict[str, psutil.Process]:
    found = {"jobs": templates.of("jobs"), "checks": templates.of("checks")}
    return {kind: psutil.Process(each.pid) for kind, each in found.items() if each and each.pid}


def anonymous_kilobytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("RssAnon")))


def cpu_below(templates: Templates) -> float:
    """With launchers and checkers, and what all of these have collected of their children."""
    return sum(with_ended(each) for top in processes_of(templates).values() for each in (top, *top.children()))


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
