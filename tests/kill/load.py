"""A small load whose outcome is known beforehand: what is reported is written down first, with what must come of it.

Two datasets `a` and `b` are reported; the job `join` puts their rows together, `total` adds them up. `c` feeds `slow`,
which stands for itself: a test holds it to have a user process to kill.
"""

from __future__ import annotations

import json
import random
import threading
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from graph_model.estate.entities import InputSpec, JobSpec
from graph_model.partitions.rules import Mapping
from tests.kill.stack import Stack, until
from tests.support.protocol import DAILY, declare, name

FIRST_DAY = date(2013, 1, 1)
RETRIES = 8
OUTPUTS = {"join": "joined", "total": "totals", "slow": "slowed"}
# Says where it is, waits while it is held, and writes rows that depend on nothing but its inputs.
SCRIPT = """\
set -e
job=$1 day=$2 output=$3; shift 3
echo $$ > "started-$job-$day-$$"
while [ -e "hold-$job-$day" ]; do sleep 0.03; done
rows() {
    echo id,amount
    case $job in
    total) awk -F, 'FNR > 1 { sum += $2; rows += 1 } END { print rows "," sum }' "$@" ;;
    *) for file; do tail -n +2 "$file"; done | LC_ALL=C sort -n ;;
    esac
}
rows "$@" | cat > "$output"
rm "started-$job-$day-$$"
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """One report as the client sends it until it is acknowledged. `rows`: id and amount of each row of its content."""

    key: str
    dataset: str
    day: str
    location: str
    source_time: str
    rows: tuple[tuple[int, int], ...]


@dataclass
class Load:
    """What one kill happens to: the reports of one fresh day, in the order in which they are sent."""

    stack: Stack
    day: str
    seed: int
    reports: list[Sent] = field(default_factory=list)
    acknowledged: dict[str, str] = field(default_factory=dict)
    _senders: list[threading.Thread] = field(default_factory=list)
    _give_up: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def send(self, dataset: str, *, number: int = 1) -> None:
        """Writes a report down and sends it from a thread of its own, twice now and then, until it has a 2xx."""
        rows = tuple((self._random.randrange(1000), self._random.randrange(1000)) for _ in range(3))
        key = f"{dataset}-{self.day}-{number}"
        at = (datetime(2013, 1, 1, tzinfo=UTC) + timedelta(hours=number)).isoformat()
        sent = Sent(key, dataset, self.day, f"{dataset}/{key}.csv", at, rows)
        _write_csv(self.stack.root / sent.location, rows)
        with (self.stack.folder / "history.jsonl").open("a") as history:
            history.write(json.dumps(asdict(sent)) + "\n")
        self.reports.append(sent)
        thread = threading.Thread(target=self._deliver, args=(sent, self._random.choice((1, 1, 2))), daemon=True)
        self._senders.append(thread)
        thread.start()

    def hold(self, job: str) -> None:
        (self.stack.project / f"hold-{job}-{self.day}").touch()

    def let_go(self, job: str) -> None:
        (self.stack.project / f"hold-{job}-{self.day}").unlink(missing_ok=True)

    def is_running(self, job: str) -> bool:
        return any(self.stack.project.glob(f"started-{job}-{self.day}-*"))

    def job_pids(self) -> list[int]:
        """The user processes that have started and not ended by themselves."""
        marks = list(self.stack.project.glob(f"started-*-{self.day}-*"))
        for mark in marks:
            mark.unlink(missing_ok=True)
        return [int(mark.name.rpartition("-")[2]) for mark in marks]

    def everything_acknowledged(self) -> bool:
        return not any(thread.is_alive() for thread in self._senders)

    def stop(self) -> None:
        """Lets go of whatever is still being held or sent."""
        self._give_up.set()
        for job in OUTPUTS:
            self.let_go(job)
        for thread in self._senders:
            thread.join()

    def expected(self) -> dict[str, str]:
        """The exact text of every output that must be current in the end, by dataset."""
        newest = {sent.dataset: sent.rows for sent in sorted(self.reports, key=lambda sent: sent.source_time)}
        texts: dict[str, str] = {}
        if {"a", "b"} <= newest.keys():
            joined = sorted([*newest["a"], *newest["b"]], key=_as_sort_does)
            texts["joined"] = _text(joined)
            texts["totals"] = _text([(len(joined), sum(amount for _, amount in joined))])
        if "c" in newest:
            texts["slowed"] = _text(sorted(newest["c"], key=_as_sort_does))
        return texts

    def _deliver(self, sent: Sent, times: int) -> None:
        while times and not self._give_up.is_set():
            if receipt := _post(self.stack.api_url, sent):
                self.acknowledged[sent.key] = receipt["version"]
                times -= 1
            else:
                time.sleep(0.1)


def day_of(number: int) -> str:
    return (FIRST_DAY + timedelta(days=number)).isoformat()


def declare_estate(stack: Stack) -> None:
    """The three jobs and what they read and write."""
    (stack.project / "work.sh").write_text(SCRIPT)
    jobs = (_job(stack, "join", "a", "b"), _job(stack, "total", "joined"), _job(stack, "slow", "c"))
    declare(stack.driver, "neo4j", datasets=("a", "b", "c", *OUTPUTS.values()), jobs=jobs)


def await_running(load: Load, job: str) -> None:
    until(lambda: load.is_running(job), f"the job {job} of {load.day} to run")


def _job(stack: Stack, job: str, *inputs: str) -> JobSpec:
    output = OUTPUTS[job]
    places = [f"{{input.{dataset}}}" for dataset in inputs]
    argv = ["sh", "work.sh", job, "{partition}", f"{{output.{output}}}", *places]
    specs = tuple(InputSpec(name(dataset), Mapping()) for dataset in inputs)
    executor = {"argv": argv, "project": str(stack.project)}
    return JobSpec(name(job), "shell", executor, specs, (name(output),), DAILY, retries=RETRIES)


def _post(url: str, sent: Sent) -> dict[str, Any] | None:
    """The receipt, or None where the client cannot know what has become of its report."""
    body = {
        "dataset": f"test/{sent.dataset}",
        "partition": sent.day,
        "location": sent.location,
        "source_time": sent.source_time,
    }
    headers = {"Content-Type": "application/json", "Idempotency-Key": sent.key}
    request = urllib.request.Request(f"{url}/api/v1/versions", json.dumps(body).encode(), headers)  # noqa: S310  loopback
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        error.close()
        return None
    except (OSError, ValueError):
        return None


def _write_csv(path: Path, rows: tuple[tuple[int, int], ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_text(rows))


def _text(rows: Any) -> str:
    return "id,amount\n" + "".join(f"{id},{amount}\n" for id, amount in rows)


def _as_sort_does(row: tuple[int, int]) -> tuple[int, str]:
    """`sort -n` compares the leading number, then the whole line by its bytes."""
    return row[0], f"{row[0]},{row[1]}"
