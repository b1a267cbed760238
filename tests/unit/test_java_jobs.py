"""Java jobs on a real JVM: what a program gets, how its ends are told, and that it can be stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph_model.jobs.limits import Limits
from graph_model.runs.entities import ClaimedRun, Failure
from tests.support.java import compiled, packed
from tests.support.tasks import a_run, an_input, an_output, carried_out, ordered, outcome_of, result_of
from tests.support.workers import until
from workers.executors import CannotRunError
from workers.process import Process

SOURCE = Path(__file__).parents[1] / "support" / "Job.java"
RAW = an_input("raw", "raw/5.csv")
# Light: the tests are about how it ends, not about how fast it is.
LIGHT = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the compiled classes of one job, and the same as a jar."""
    folder = tmp_path_factory.mktemp("project")
    packed(compiled(SOURCE, folder), folder / "job.jar", main="shop.Job")
    packed(folder / "classes", folder / "library.jar")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "5.csv").write_text("id,amount\n1,10\n2,20\n")
    return tmp_path


def a_java_run(project: Path, *arguments: str, limits: Limits | None = None, main: str = "", **said: Any) -> ClaimedRun:
    said = {"jar": "job.jar", "class": main, "options": LIGHT, **said}
    executor = {"arguments": list(arguments), "project": str(project), **said}
    return a_run("java", executor, inputs=(RAW,), outputs=(an_output("clean"),), limits=limits or Limits())


def failure(run: ClaimedRun, root: Path) -> Failure:
    found = outcome_of(run, root)
    assert isinstance(found, Failure)
    return found


@pytest.mark.parametrize("said", [{}, {"jar": "", "class": "shop.Job", "classpath": ["classes"]}], ids=["jar", "class"])
def test_a_program_reads_its_input_writes_its_output_and_tells_metrics(
    project: Path, root: Path, said: dict[str, Any]
) -> None:
    task, _, ended = carried_out(a_java_run(project, "copy", "{input.raw}", "{output.clean}", **said), root)

    assert ended.exit_code == 0
    assert Path(task.run.outputs[0].content.location).read_text() == "id,amount\n1,10\n2,20\n"
    assert result_of(task) == {"metrics": {"rows": 2}}


def test_a_jvm_that_has_used_up_its_heap_says_so(project: Path, root: Path) -> None:
    found = failure(a_java_run(project, "fill", heap=32 << 20), root)

    assert found == Failure("ran out of memory: Java heap space", 3)


def test_a_heap_is_part_of_the_memory_that_the_job_may_take(project: Path, root: Path) -> None:
    run = a_java_run(project, "fill", limits=Limits(memory=128 << 20))

    _, order = ordered(run, root)

    assert f"-Xmx{96 << 20}" in order.launch.argv
    assert failure(run, root).reason == "ran out of memory: Java heap space; its limit of memory is 128 MB"


def test_an_exit_code_of_three_alone_is_no_lack_of_memory(project: Path, root: Path) -> None:
    assert failure(a_java_run(project, "3"), root) == Failure("exited with 3", 3)


def test_the_first_thing_thrown_is_told_and_not_the_last_line_of_its_trace(project: Path, root: Path) -> None:
    found = failure(a_java_run(project, "throw"), root)

    assert found == Failure("exited with 1: java.lang.RuntimeException: no column id", 1)


def test_a_class_that_is_not_there_is_not_tried_again(project: Path, root: Path) -> None:
    found = failure(a_java_run(project, jar="", classpath=["classes"], main="shop.Jbo"), root)

    assert (found.reason, found.retry) == ("Could not find or load main class shop.Jbo", False)


def test_a_jar_without_a_main_class_is_not_tried_again(project: Path, root: Path) -> None:
    found = failure(a_java_run(project, jar="library.jar"), root)

    assert ("no main manifest attribute" in found.reason, found.retry) == (True, False)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"jar": "jbo.jar"}, r"the jar jbo\.jar is not in .*; did you mean job\.jar\?"),
        ({"jar": "", "class": "A", "classpath": ["clases"]}, r"the class path entry clases is not in .*mean classes\?"),
        ({"jar": ""}, "names neither a jar nor a class"),
        ({"arguments": ["{input.rwa}"]}, r"names rwa, .*did you mean raw\?"),
    ],
)
def test_what_cannot_be_started_is_told_before_it_is_tried(
    project: Path, root: Path, said: dict[str, Any], reason: str
) -> None:
    with pytest.raises(CannotRunError, match=reason):
        ordered(a_java_run(project, **said), root)


def test_a_worker_without_a_jvm_says_how_to_name_one(
    project: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workers.executors.base import executor_for

    monkeypatch.setenv("HEADWATER_JAVA_HOME", str(tmp_path))
    executor_for.cache_clear()
    try:
        with pytest.raises(CannotRunError, match=r"no program .*/bin/java: HEADWATER_JAVA_HOME"):
            ordered(a_java_run(project), root)
        monkeypatch.delenv("HEADWATER_JAVA_HOME")
        monkeypatch.setenv("PATH", str(tmp_path))
        executor_for.cache_clear()
        with pytest.raises(CannotRunError, match="no java on the PATH"):
            ordered(a_java_run(project), root)
    finally:
        executor_for.cache_clear()


def test_a_jvm_is_asked_to_end_before_it_is_killed(project: Path, root: Path) -> None:
    note = root / "note"
    _, order = ordered(a_java_run(project, "wait", str(note)), root)

    process = Process(order)
    until(lambda: order.stdout.exists() and "waiting" in order.stdout.read_text(), what="the program waits")
    ended = process.wait(0)

    assert (ended.exit_code, ended.timed_out) == (143, True)
    assert note.read_text() == "ended in order"
