"""Launchers that carry out one order after the other: nothing of one is left for the next, and nothing reaches it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.support.tasks import a_run, ordered
from workers.process import Ended, Handed, Order, Process
from workers.template.keeper import Template, Templates


@pytest.fixture
def template(templates: Templates) -> Template:
    """The one of jobs, with no launcher that others have used."""
    template = templates.of("jobs")
    assert template is not None
    assert template.ready_within(120)
    template.let_go()
    return template


def an_order(project: Path, templates: Templates, body: str, *, number: int = 1) -> tuple[Order, Path]:
    """What starts a job, and where its launcher's pid will be."""
    (project / f"jobs{number}.py").write_text(
        f"import os, sys, time\ndef build(inputs, outputs, partition):\n"
        f"    open('told{number}', 'w').write(str(os.getppid()))\n    {body}\n"
    )
    run = a_run("python", {"function": f"jobs{number}:build", "project": str(project)})
    _, order = ordered(run, project.parent / f"data{number}", templates)
    return order, project / f"told{number}"


def launcher_of(order: Order, told: Path) -> int:
    """Carries out an order that ends well."""
    assert Process(order).wait(60) == Ended(0), order.stderr.read_text()
    return int(told.read_text())


def test_a_launcher_carries_out_the_next_order_as_if_it_was_its_first(
    project: Path, templates: Templates, template: Template
) -> None:
    looks = (
        "return {'files': sorted(os.listdir('/proc/self/fd')), 'environment': len(os.environ), 'path': sys.path[1:]}"
    )
    first, told_first = an_order(project, templates, looks)
    second, told_second = an_order(project, templates, looks, number=2)

    launchers = [launcher_of(first, told_first), launcher_of(second, told_second)]

    assert launchers[0] == launchers[1]
    found = [(order.folder / "result.json").read_text() for order in (first, second)]
    assert found[0] == found[1]


def test_what_a_job_leaves_running_is_gone_before_its_launcher_goes_on(
    project: Path, templates: Templates, template: Template
) -> None:
    leaves = "pid = os.fork()\n    if pid == 0: os.setsid(); time.sleep(600)\n    return {'left': pid}"
    first, told_first = an_order(project, templates, leaves)
    second, told_second = an_order(project, templates, "return {}", number=2)

    assert launcher_of(first, told_first) == launcher_of(second, told_second)

    left = int((first.folder / "result.json").read_text().rpartition(" ")[2].rstrip("}"))
    assert not psutil.pid_exists(left)


def test_a_launcher_that_knew_a_secret_carries_out_nothing_more(
    project: Path, templates: Templates, template: Template
) -> None:
    secret, told = an_order(project, templates, "return {}")
    other, told_other = an_order(project, templates, "return {}", number=2)

    knew = launcher_of(replace(secret, handed=Handed({"TOKEN": "s3cret"}, {}, ("s3cret",))), told)

    assert launcher_of(other, told_other) != knew


def test_whoever_is_late_to_kill_does_not_hit_the_next_order(
    project: Path, templates: Templates, template: Template
) -> None:
    first, told_first = an_order(project, templates, "return {}")
    second, told_second = an_order(project, templates, "time.sleep(0.3); return {}", number=2)
    over = Process(first)
    assert over.wait(60) == Ended(0)

    running = Process(second)
    over.kill()
    over._kill_launcher()  # the timer that was started too late to be stopped

    assert running.wait(60) == Ended(0)
    assert told_first.read_text() == told_second.read_text()


def test_a_launcher_that_was_killed_is_not_asked_again(project: Path, templates: Templates, template: Template) -> None:
    killed, told = an_order(project, templates, "os.kill(os.getppid(), 9); time.sleep(60)")
    other, told_other = an_order(project, templates, "return {}", number=2)

    assert Process(killed).wait(60) == Ended(128 + 9)

    assert launcher_of(other, told_other) != int(told.read_text())


def test_an_idle_launcher_that_died_is_followed_by_another_copy(
    project: Path, templates: Templates, template: Template
) -> None:
    first, told_first = an_order(project, templates, "return {}")
    second, _ = an_order(project, templates, "return {'warm': 'pyarrow' in sys.modules}", number=2)
    idle = psutil.Process(launcher_of(first, told_first))

    idle.kill()
    psutil.wait_procs([idle], 30)

    assert Process(second).wait(60) == Ended(0)
    assert (second.folder / "result.json").read_text() == '{"metrics": {"warm": true}}'


def test_a_run_that_is_cancelled_takes_its_launcher_along(
    project: Path, templates: Templates, template: Template
) -> None:
    order, told = an_order(project, templates, "time.sleep(600)")
    process = Process(order)
    while not told.exists() or not told.read_text():
        time.sleep(0.01)

    process.kill()

    assert process.wait(60) == Ended(128 + 9)
    other, told_other = an_order(project, templates, "return {}", number=2)
    assert launcher_of(other, told_other) != int(told.read_text())


def test_launchers_end_with_those_who_may_ask_them(project: Path, templates: Templates, template: Template) -> None:
    order, told = an_order(project, templates, "return {}")
    launcher = launcher_of(order, told)

    template.let_go()

    deadline = time.monotonic() + 30
    while psutil.pid_exists(launcher) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not psutil.pid_exists(launcher)


def test_the_result_of_each_order_is_its_own(project: Path, templates: Templates, template: Template) -> None:
    found = []
    for number in range(1, 4):
        order, _ = an_order(project, templates, f"print('out {number}'); return {{'number': {number}}}", number=number)
        assert Process(order).wait(60) == Ended(0)
        found.append((order.stdout.read_text(), (order.folder / "result.json").read_text()))

    assert [out for out, _ in found] == ["out 1\n", "out 2\n", "out 3\n"]
    assert [f'"number": {n}' in result for n, (_, result) in enumerate(found, start=1)] == [True] * 3
