"""Small estates, and what happens to their datasets in one history."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from graph_model.estate.entities import Follows, InputSpec, JobSpec
from graph_model.readiness.terms import Group, Terms
from tests.simulation.files import File
from tests.simulation.model.view import EPOCH
from tests.support.protocol import a_job, name

DAYS = tuple(f"2013-01-0{n}" for n in range(1, 8))


@dataclass(frozen=True, eq=False)
class Estate:
    name: str
    datasets: tuple[str, ...]
    jobs: tuple[JobSpec, ...]
    whole: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        made = {output.name for job in self.jobs for output in job.outputs}
        return tuple(dataset for dataset in self.datasets if dataset not in made)


def on_terms(estate: Estate, said: str, **terms: Terms) -> Estate:
    """The estate whose last job waits for some of its inputs on these terms."""

    def changed(item: InputSpec) -> InputSpec:
        found = terms.get(item.dataset.name)
        if found is None:
            return item
        return replace(item, required=item.required and found.group is None and not found.wait, terms=found)

    *others, last = estate.jobs
    last = replace(last, inputs=tuple(map(changed, last.inputs)))
    return replace(estate, name=f"{estate.name}, {said}", jobs=(*others, last))


def _two_outputs(job: JobSpec, *outputs: str) -> JobSpec:
    return replace(job, outputs=tuple(name(output) for output in outputs))


ESTATES = (
    Estate(
        "chain",
        ("raw", "clean", "mart"),
        (a_job("clean", {"raw": "same"}, "clean", retries=2), a_job("mart", {"clean": "same"}, "mart", retries=1)),
    ),
    Estate(
        "join",
        ("left", "right", "joined", "summary"),
        (
            a_job("join", {"left": "same", "right": "same"}, "joined", retries=2, priority=3),
            a_job("sum", {"joined": "same"}, "summary"),
        ),
    ),
    Estate(
        "window",
        ("raw", "clean", "rolling"),
        (
            a_job("clean", {"raw": "same"}, "clean", retries=1),
            a_job("roll", {"raw": "same", "clean": "previous 2"}, "rolling", retries=2),
        ),
    ),
    Estate(
        "diamond",
        ("raw", "one", "two", "both"),
        (
            a_job("one", {"raw": "same"}, "one", retries=1),
            a_job("two", {"raw": "same"}, "two", retries=1),
            a_job("both", {"one": "same", "two": "same"}, "both", optional=("two",), retries=2),
        ),
    ),
    Estate(
        "looked up",
        ("raw", "names", "clean"),
        (a_job("clean", {"raw": "same", "names": "whole"}, "clean", retries=2),),
        whole=("names",),
    ),
    Estate(
        "split",
        ("raw", "good", "rest", "report"),
        (
            _two_outputs(a_job("split", {"raw": "same"}, "good", retries=2), "good", "rest"),
            a_job("report", {"good": "same", "rest": "same"}, "report", retries=1),
        ),
    ),
)


def _special(patience: float) -> Iterator[Estate]:
    either, both = (Terms(group=Group("g", count)) for count in (1, 2))
    _, _, window, diamond, _, split = ESTATES
    yield on_terms(diamond, "either is enough", one=either, two=either)
    yield on_terms(diamond, "both in a group", one=both, two=both)
    patient = Terms(group=Group("g", 1, patience))
    yield on_terms(diamond, "either after a while", one=patient, two=patient)
    yield on_terms(split, "the rest is waited for", rest=Terms(patience))
    yield on_terms(window, "the past is waited for", clean=Terms(patience))


# The last job of each waits on terms. Those that wait do so for seconds, or for ever.
SPECIAL = tuple(estate for patience in (0.5, 6.0, 20.0) for estate in _special(patience))
ENDLESSLY = (
    *_special(86_400.0),
    Estate(
        "latest and after",
        ("raw", "names", "clean", "mart"),
        (
            a_job("clean", {"raw": "same", "names": "latest"}, "clean", retries=1),
            replace(a_job("mart", {"raw": "same"}, "mart"), after=(Follows(name("clean")),)),
        ),
    ),
)


@dataclass(frozen=True)
class Delivery:
    """A content that someone reports at `at`, and again at each of `again`, under the same key."""

    at: float
    again: tuple[float, ...]
    dataset: str
    day: str
    place: str
    file: File
    key: str | None
    source_time: datetime | None
    gives_up: bool


@dataclass(frozen=True)
class Story:
    """Job partitions by name and day: `spoils`, whose output is bad; `fails`, which always exit with an error; `kills`,
    which take their worker down with them. `late`: the last job is declared so many seconds after the start.
    """

    estate: Estate
    deliveries: tuple[Delivery, ...]
    spoils: frozenset[tuple[str, str]]
    fails: frozenset[tuple[str, str]]
    kills: frozenset[tuple[str, str]]
    flaky: float
    late: float | None


def tell(chance: Random, *, on_terms: bool = False) -> Story:
    """A story, by chance alone. `on_terms`: of an estate with a job that waits on terms."""
    estate = chance.choice(SPECIAL if on_terms else ESTATES)
    deliveries = tuple(_deliveries(chance, estate))
    jobs = [(job.name.name, day) for job in estate.jobs for day in DAYS[:3]]

    def sometimes(probability: float) -> frozenset[tuple[str, str]]:
        return frozenset([chance.choice(jobs)] if chance.random() < probability else ())

    return Story(
        estate,
        deliveries,
        spoils=sometimes(0.2),
        fails=sometimes(0.15),
        kills=sometimes(0.1),
        flaky=chance.choice((0.0, 0.0, 0.1, 0.4)),
        late=chance.choice((0.1, 1.0, 5.0, 15.0)) * chance.random() if chance.random() < 0.3 else None,
    )


def _deliveries(chance: Random, estate: Estate) -> Iterator[Delivery]:
    number = 0
    spread = chance.choice((0.05, 2.0, 12.0))
    for dataset in estate.sources:
        days = ("",) if dataset in estate.whole else DAYS[: chance.choice((1, 2, 2, 3))]
        for day in days:
            for turn in range(chance.choice((1, 1, 1, 2, 3))):
                number += 1
                yield _delivery(chance, dataset, day, number, turn, spread)


def _delivery(chance: Random, dataset: str, day: str, number: int, turn: int, spread: float) -> Delivery:
    # Few texts, so that a correction may bring back what was there before.
    text = f"{dataset}@{day}:{chance.choice('ab')}"
    at = chance.random() * spread
    again = tuple(at + chance.random() * 10 for _ in range(chance.choice((0, 0, 0, 1, 2))))
    key = None if chance.random() < 0.1 else f"delivery-{number}"
    # Source times say the order of corrections; what arrives first is another matter.
    source_time = EPOCH + timedelta(hours=turn) if key and chance.random() < 0.8 else None
    file = File(text, good=chance.random() > 0.12)
    return Delivery(
        at, again if key else (), dataset, day, f"in/{number}", file, key, source_time, chance.random() < 0.1
    )


def provoking(steps: AbstractSet[str], story: Story) -> Story:
    """The story, changed so that it comes to these steps of the protocol."""
    first = (story.estate.jobs[0].name.name, DAYS[0])
    if "fail" in steps:
        story = replace(story, flaky=0.5)
    if "notify" in steps:
        story = replace(story, fails=story.fails | {first})
    if steps & {"evaluate", "unmark"}:
        story = replace(story, late=story.late or 3.0)
    return story
