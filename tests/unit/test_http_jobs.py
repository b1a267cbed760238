"""HTTP jobs against a real service: one call, questions until it is done, and every way that it can go wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from graph_model.jobs.secrets import Secret
from graph_model.runs.entities import ClaimedRun, Failure
from tests.support.service import Answers, Asked, Reply, serving
from tests.support.tasks import DAY, Telling, a_run, an_input, an_output, carried_out, outcome_of, result_of
from tests.support.workers import until
from workers.held import Held

DONE = {"pointer": "/state", "in": ["done"]}
BROKEN = {"pointer": "/state", "in": ["broken"]}


def a_call(url: str, *, secrets: Mapping[str, Secret] | None = None, seconds: float = 60.0, **said: Any) -> ClaimedRun:
    call = {"url": url, "method": "POST", "headers": {}, "seconds": 5.0, **said}
    data = {"inputs": (an_input("raw", "raw/5.csv"),), "outputs": (an_output("clean"),)}
    return a_run("http", {"call": call}, **data, timeout_seconds=seconds, secrets=secrets or {})


def a_poll(url: str, **said: Any) -> dict[str, Any]:
    return {"url": url, "every": 0.01, "until": DONE, **said}


def replies(path: str, several: Sequence[Reply]) -> Answers:
    """Accepts the call, and answers questions at `path` with one reply after the other; the last one stays."""
    left = list(several)

    def answer(asked: Asked) -> Reply:
        if asked.path != path:
            return Reply(202, {"id": 7, "links": {"self": path}}, {"Location": path})
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


def failure(run: ClaimedRun, root: Path) -> Failure:
    found = outcome_of(run, root)
    assert isinstance(found, Failure)
    return found


@pytest.fixture
def nobody() -> str:
    """An address where nobody listens any more."""
    with serving(lambda _: Reply()) as service:
        pass
    return service.url


def test_a_call_carries_what_the_job_says_and_its_answer_becomes_metrics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "s3cret")
    with serving(lambda _: Reply(200, {"rows": 2})) as service:
        run = a_call(
            f"{service.url}/runs?of={{input.raw}}",
            headers={"Authorization": "Bearer {environment.TOKEN}", "X-Day": "{partition}"},
            body={"into": ["{output.clean}"], "most": 5, "unknown": "{environment.NOBODY}"},
            secrets={"TOKEN": Secret("env:SHOP_TOKEN")},
        )
        task, order, ended = carried_out(run, tmp_path)

    (asked,) = service.asked
    files = [path for path in order.folder.rglob("*") if path.is_file()]
    assert [path for path in files if "s3cret" in path.read_text()] == []
    assert ended.exit_code == 0
    assert result_of(task) == {"metrics": {"rows": 2, "status": 200}}
    assert asked.path == f"/runs?of={str(tmp_path / 'raw/5.csv').replace('/', '%2F')}"
    assert json.loads(asked.body) == {
        "into": [task.run.outputs[0].content.location],
        "most": 5,
        "unknown": "{environment.NOBODY}",
    }
    assert {
        "Authorization": "Bearer s3cret",
        "X-Day": DAY,
        "Idempotency-Key": f"{run.id}/1",
    }.items() <= asked.headers.items()


@pytest.mark.parametrize("url", ["{response/links/self}", "{location}", "/runs/{response/id}", "{base}/runs/7"])
def test_it_is_asked_until_it_is_done(tmp_path: Path, url: str) -> None:
    steps = [Reply(200, {"state": "busy"}), Reply(200, {}), Reply(200, {"state": "done", "rows": 4})]
    with serving(replies("/runs/7", steps)) as service:
        run = a_call(f"{service.url}/runs", poll=a_poll(url.replace("{base}", service.url)))
        task, _, ended = carried_out(run, tmp_path)

    assert ended.exit_code == 0
    assert result_of(task)["metrics"] == {"state": "done", "rows": 4, "status": 200}
    assert (len(service.of("POST", "/runs")), len(service.of("GET", "/runs/7"))) == (1, 3)


def test_questions_without_an_answer_are_asked_again(tmp_path: Path) -> None:
    steps = [Reply(0), Reply(503, "busy"), Reply(500, "oh"), Reply(0), Reply(200, {"state": "done"})]
    with serving(replies("/runs/7", steps)) as service:
        _, _, ended = carried_out(a_call(f"{service.url}/runs", poll=a_poll("{location}")), tmp_path)

    assert ended.exit_code == 0
    assert (len(service.of("POST", "/runs")), len(service.of("GET", "/runs/7"))) == (1, 5)


def test_a_call_without_an_answer_is_made_once_and_the_run_may_be_tried_again(tmp_path: Path, nobody: str) -> None:
    with serving(lambda _: Reply(0)) as service:
        found = failure(a_call(f"{service.url}/runs"), tmp_path)

    assert ("no answer from 127.0.0.1" in found.reason, found.retry, len(service.asked)) == (True, True, 1)
    refused = failure(a_call(nobody), tmp_path)
    assert ("Connection refused" in refused.reason, refused.retry) == (True, True)


def test_a_service_that_asks_to_come_back_is_called_again_with_the_same_key(tmp_path: Path) -> None:
    left = [Reply(429, "busy", {"Retry-After": "0"}), Reply(503, "busy", {"Retry-After": "0"}), Reply(200, {})]
    with serving(lambda _: left.pop(0)) as service:
        _, _, ended = carried_out(a_call(service.url), tmp_path)

    assert (ended.exit_code, len(service.asked)) == (0, 3)
    assert len({one.headers["Idempotency-Key"] for one in service.asked}) == 1


@pytest.mark.parametrize(
    ("reply", "reason", "retry"),
    [
        (Reply(400, {"error": "no such day"}), 'answered 400: {"error": "no such day"}', False),
        (Reply(404, "gone"), "answered 404: gone", False),
        (Reply(302, "", {"Location": "http://elsewhere.example.org"}), "it sends us to http://elsewhere", False),
        (Reply(500, "oh"), "answered 500: oh", True),
        (Reply(503, "busy"), "answered 503: busy", True),
        (Reply(429, "later", {"Retry-After": "86400"}), "it asks to come back in 86400 s", True),
        (Reply(200, "x" * (1 << 20) + "x"), "the answer is larger than 1024 KiB", False),
    ],
)
def test_what_a_service_refuses_decides_whether_it_is_tried_again(
    tmp_path: Path, reply: Reply, reason: str, retry: bool
) -> None:
    with serving(lambda _: reply) as service:
        found = failure(a_call(service.url), tmp_path)

    assert (reason in found.reason, found.retry, len(service.asked)) == (True, retry, 1), found.reason


def test_a_service_that_says_it_failed_fails_the_run_with_its_words(tmp_path: Path) -> None:
    steps = [Reply(200, {"state": "broken", "why": "no disk"})]
    with serving(replies("/runs/7", steps)) as service:
        run = a_call(f"{service.url}/runs", poll=a_poll("{location}", failed=BROKEN))
        found = failure(run, tmp_path)

    assert "the service says that it failed" in found.reason
    assert ("no disk" in found.reason, found.retry) == (True, True)


def test_an_answer_without_the_part_that_is_asked_for_is_told(tmp_path: Path) -> None:
    with serving(lambda _: Reply(200, {"id": 7})) as service:
        found = failure(a_call(service.url, poll=a_poll("{response/links/self}")), tmp_path)

    assert (found.reason.endswith("but response/links/self is not in it"), found.retry) == (True, False)


def test_no_other_service_is_told_what_the_headers_hold(tmp_path: Path) -> None:
    with serving(lambda _: Reply(200, {"state": "done"})) as other:
        link = {"links": {"self": f"{other.url}/runs/7"}}
        with serving(lambda _: Reply(200, link)) as service:
            run = a_call(service.url, headers={"X-Token": "s3cret"}, poll=a_poll("{response/links/self}"))
            _, _, ended = carried_out(run, tmp_path)

    assert ended.exit_code == 0
    assert ("X-Token" in service.asked[0].headers, "X-Token" in other.asked[0].headers) == (True, False)


def test_a_large_answer_is_no_metric(tmp_path: Path) -> None:
    with serving(lambda _: Reply(200, {"rows": ["x" * 1000] * 20})) as service:
        task, _, _ = carried_out(a_call(service.url), tmp_path)

    assert result_of(task)["metrics"].keys() == {"status", "answer_bytes"}


CANCEL = {"url": "/runs/{response/id}/stop", "method": "POST"}


def test_a_service_is_told_when_its_run_took_too_long(tmp_path: Path) -> None:
    with serving(replies("/runs/7", [Reply(200, {"state": "busy"})])) as service:
        found = failure(a_call(f"{service.url}/runs", poll=a_poll("{location}"), cancel=CANCEL, seconds=1.0), tmp_path)

    assert found.reason == "took longer than its 1 s and was ended"
    assert len(service.of("POST", "/runs/7/stop")) == 1


def test_a_service_is_told_when_its_run_was_taken_away(tmp_path: Path) -> None:
    with serving(replies("/runs/7", [Reply(200, {"state": "busy"})])) as service:
        held = Held(a_call(f"{service.url}/runs", poll=a_poll("{location}"), cancel=CANCEL))
        thread = threading.Thread(target=Telling(tmp_path).execute, args=(held,))
        thread.start()
        until(lambda: service.of("GET", "/runs/7"), what="it is asked how far it is")
        held.lose()
        thread.join(30)

    assert not thread.is_alive()
    assert len(service.of("POST", "/runs/7/stop")) == 1


def test_what_a_service_did_in_time_is_not_cancelled(tmp_path: Path) -> None:
    with serving(replies("/runs/7", [Reply(200, {"state": "broken"})])) as service:
        run = a_call(f"{service.url}/runs", poll=a_poll("{location}", failed=BROKEN), cancel=CANCEL)
        failure(run, tmp_path)

    assert service.of("POST", "/runs/7/stop") == []
