"""Fail-points: nothing without a folder, and exactly one thread, once, for each arming."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graph_model import failpoints
from graph_model.failpoints import VARIABLE, failpoint
from tests.kill.cells import STEPS, FailPoint
from tests.kill.stack import until

STEP = "claim.before_commit"
PASS_TWICE = f"from graph_model.failpoints import failpoint; [failpoint('{STEP}') for _ in range(2)]; print('passed')"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(failpoints, "_folder", str(tmp_path))
    return tmp_path


def test_without_a_folder_nothing_can_be_armed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    FailPoint(tmp_path, STEP).arm()

    failpoint(STEP)

    assert (tmp_path / f"{STEP}.armed").exists()


def test_a_step_that_is_not_armed_is_passed(folder: Path) -> None:
    FailPoint(folder, "ring.before_send").arm()

    failpoint(STEP)

    assert FailPoint(folder, STEP).pid() is None


def test_of_many_that_reach_an_armed_step_one_stands_still_until_it_may_go(folder: Path) -> None:
    point = FailPoint(folder, STEP)
    point.arm()
    with ThreadPoolExecutor(4) as pool:
        passing = [pool.submit(failpoint, STEP) for _ in range(4)]

        until(lambda: sum(each.done() for each in passing) == 3, "three to pass")
        assert point.pid() == os.getpid()
        point.go()

    assert all(each.done() for each in passing)


def test_a_step_holds_once_for_each_arming(folder: Path) -> None:
    point = FailPoint(folder, STEP)
    for _ in range(2):
        point.arm()
        with ThreadPoolExecutor(1) as pool:
            held = pool.submit(failpoint, STEP)
            until(point.pid, "the hit")
            assert not held.done()
            point.go()


def test_a_process_says_loudly_that_its_steps_can_be_armed(tmp_path: Path) -> None:
    point = FailPoint(tmp_path, STEP)
    point.arm()
    environment = os.environ | {VARIABLE: str(tmp_path)}
    command = [sys.executable, "-c", PASS_TWICE]

    with subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        until(point.pid, "the hit")
        assert point.pid() == process.pid
        point.go()
        said, warned = process.communicate(timeout=60)

    assert said == "passed\n"
    assert "FAIL-POINTS CAN BE ARMED" in warned


def test_the_names_of_the_matrix_are_those_of_the_code() -> None:
    """Each step is a literal in the product, or a side of a commit that `Graph.write` is given the name of."""
    root = Path(failpoints.__file__).parent.parent
    code = "".join(
        path.read_text()
        for part in ("app", "connectors", "graph_model", "workers")
        for path in (root / part).rglob("*.py")
    )
    known = [
        f'step="{step.partition(".")[0]}"' if step.endswith("_commit") else f'failpoint("{step}")' for step in STEPS
    ]

    assert [name for name in known if name not in code] == []
