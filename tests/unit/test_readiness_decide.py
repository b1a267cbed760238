"""May it run: groups, waiting times, tolerance, and what is newer; decided by one pure function."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from graph_model.names import partition_id
from graph_model.partitions.rules import PartitionScheme, parse_mapping
from graph_model.readiness.decide import Good, Reason, There, Waits, Why, decide
from graph_model.readiness.latest import last_key, newest
from graph_model.readiness.rules import InputNeed, JobNeeds, ReadyInputs
from graph_model.readiness.terms import PLAIN, Group, LatestGood, Terms, dumps, lasting, loads

DAILY = PartitionScheme("day", "2013-01-01")
DAY = "2013-01-05"
BEGIN = datetime(2013, 1, 6, tzinfo=UTC)
HOUR = 3600.0


def hours(count: float) -> datetime:
    return BEGIN + timedelta(hours=count)


def a_need(
    dataset: str, mapping: str = "same", *, required: bool = True, triggers: bool = True, terms: Terms = PLAIN
) -> InputNeed:
    return InputNeed(dataset, DAILY, parse_mapping(mapping), required and terms.group is None, triggers, terms=terms)


def a_job(*inputs: InputNeed) -> JobNeeds:
    return JobNeeds("job", DAILY, "hash", 0, inputs, ("out",))


def good(version: str, at: float = 0.0, *, data_at: float | None = None) -> Good:
    return Good(version, hours(at), hours(at), hours(at if data_at is None else data_at))


def there(now: float = 1.0, /, last: float | None = None, **versions: Good | tuple[str, Good]) -> There:
    """`raw=…` is what there is on the day, `raw=(day, …)` on another one."""
    found = {}
    for dataset, said in versions.items():
        key, version = said if isinstance(said, tuple) else (DAY, said)
        found[partition_id(dataset.rstrip("_"), key)] = version
    return There(hours(now), found, last_run_at=None if last is None else hours(last))


def why(answer: ReadyInputs | Waits) -> list[Why]:
    assert isinstance(answer, Waits)
    return [reason.why for reason in answer.reasons]


def first(answer: ReadyInputs | Waits) -> Reason:
    assert isinstance(answer, Waits)
    return answer.reasons[0]


def versions(answer: ReadyInputs | Waits) -> tuple[str, ...]:
    assert isinstance(answer, ReadyInputs)
    return answer.versions


FEEDS = Terms(group=Group("feeds", 2))
FEED_JOB = a_job(a_need("raw"), *(a_need(feed, terms=FEEDS) for feed in "abc"))


def test_all_that_is_required_is_waited_for() -> None:
    job = a_job(a_need("raw"), a_need("other"))

    assert why(decide(job, DAY, there(raw=good("r")))) == [Why.MISSING]
    assert versions(decide(job, DAY, there(raw=good("r"), other=good("o")))) == ("o", "r")


def test_a_group_waits_for_as_many_as_it_says_and_takes_what_is_there() -> None:
    too_few = decide(FEED_JOB, DAY, there(raw=good("r"), b=good("b")))

    assert (why(too_few), first(too_few).there) == ([Why.TOO_FEW], ("b",))
    assert versions(decide(FEED_JOB, DAY, there(raw=good("r"), a=good("a"), c=good("c")))) == ("a", "c", "r")


def test_a_later_version_of_another_member_is_another_set_of_inputs() -> None:
    two = decide(FEED_JOB, DAY, there(raw=good("r"), a=good("a"), b=good("b")))
    three = decide(FEED_JOB, DAY, there(raw=good("r"), a=good("a"), b=good("b"), c=good("c")))

    assert isinstance(two, ReadyInputs)
    assert isinstance(three, ReadyInputs)
    assert (two.triggers, three.triggers) == (("a", "b", "r"), ("a", "b", "c", "r"))
    assert two.missing == (partition_id("c", DAY),)


def test_a_group_may_wait_a_while_for_the_others() -> None:
    patient = Terms(group=Group("feeds", 1, wait=2 * HOUR))
    job = a_job(a_need("a", terms=patient), a_need("b", terms=patient))

    early = decide(job, DAY, there(1.5, a=good("a", 1)))

    assert isinstance(early, Waits)
    assert (why(early), early.look_again_at) == ([Why.WAITED_FOR], hours(3))
    assert versions(decide(job, DAY, there(3.0, a=good("a", 1)))) == ("a",)
    assert versions(decide(job, DAY, there(1.5, a=good("a", 1), b=good("b", 1.4)))) == ("a", "b")


def test_an_optional_input_is_waited_for_once_all_that_is_required_was_there() -> None:
    job = a_job(a_need("raw"), a_need("weather", required=False, terms=Terms(wait=2 * HOUR)))

    assert why(decide(job, DAY, there(9))) == [Why.MISSING]
    early = decide(job, DAY, there(9, raw=good("r", 8)))
    assert isinstance(early, Waits)
    assert (why(early), early.look_again_at) == ([Why.WAITED_FOR], hours(10))
    late = decide(job, DAY, there(10, raw=good("r", 8)))
    assert isinstance(late, ReadyInputs)
    assert (late.versions, late.missing) == (("r",), (partition_id("weather", DAY),))


def test_a_correction_is_not_held_up_by_a_waiting_time_that_is_over() -> None:
    job = a_job(a_need("raw"), a_need("weather", required=False, terms=Terms(wait=2 * HOUR)))
    corrected = Good("r2", published_at=hours(20), first_at=hours(1), data_at=hours(20))

    assert versions(decide(job, DAY, there(20, raw=corrected))) == ("r2",)


def test_what_is_too_old_does_not_count_and_is_not_read() -> None:
    old = Terms(max_age=24 * HOUR)
    required = a_job(a_need("raw"), a_need("rates", terms=old))
    optional = a_job(a_need("raw"), a_need("rates", required=False, terms=old))

    waits = decide(required, DAY, there(50, raw=good("r"), rates=good("x", 2)))
    assert (why(waits), first(waits).age) == ([Why.TOO_OLD], 48 * HOUR)
    assert versions(decide(required, DAY, there(25, raw=good("r"), rates=good("x", 2)))) == ("r", "x")
    without = decide(optional, DAY, there(50, raw=good("r"), rates=good("x", 2)))
    assert versions(without) == ("r",)


def test_growing_too_old_makes_no_other_run() -> None:
    job = a_job(a_need("raw"), a_need("rates", required=False, terms=Terms(max_age=24 * HOUR)))

    answers = [decide(job, DAY, there(now, raw=good("r"), rates=good("x", 2))) for now in (3, 50)]

    assert [isinstance(answer, ReadyInputs) and answer.triggers for answer in answers] == [("r", "x"), ("r", "x")]


def test_the_latest_good_one_serves_once_the_own_is_due() -> None:
    """The day ends at hour 0; two hours after that the day before may serve."""
    job = a_job(a_need("raw", terms=Terms(latest_good=LatestGood(2, 2 * HOUR))))
    before = ("2013-01-03", good("old", -40))

    early = decide(job, DAY, there(1, raw=before))

    assert isinstance(early, Waits)
    assert (why(early), early.look_again_at) == ([Why.MISSING], hours(2))
    assert versions(decide(job, DAY, there(2, raw=before))) == ("old",)
    assert versions(decide(job, DAY, there(2, raw=before, raw_=good("own")))) == ("own",)
    assert why(decide(job, DAY, there(2, raw=("2013-01-02", good("older"))))) == [Why.MISSING]


def test_an_earlier_version_that_may_serve_later_is_looked_for_then() -> None:
    serving = Terms(latest_good=LatestGood(1, 5 * HOUR))
    job = a_job(a_need("raw"), a_need("rates", required=False, terms=serving))

    ready = decide(job, DAY, there(1, raw=good("r"), rates=("2013-01-04", good("x"))))

    assert isinstance(ready, ReadyInputs)
    assert (ready.versions, ready.look_again_at) == (("r",), hours(5))


def test_what_must_be_newer_than_the_last_run_is_waited_for_unless_a_person_wants_it() -> None:
    job = a_job(a_need("raw"), a_need("rates", terms=Terms(newer_than="last_run")))

    def after(last: float | None) -> There:
        return there(6, last, raw=good("r2", 5), rates=good("x", 1))

    assert why(decide(job, DAY, after(2))) == [Why.NOT_NEWER]
    assert versions(decide(job, DAY, after(0.5))) == ("r2", "x")
    assert versions(decide(job, DAY, after(None))) == ("r2", "x")
    assert versions(decide(job, DAY, after(2), again=True)) == ("r2", "x")


def test_at_a_fixed_time_it_takes_what_is_there() -> None:
    job = a_job(a_need("raw"), a_need("other"), a_need("late", required=False, terms=Terms(wait=HOUR)))

    taken = decide(job, DAY, there(raw=good("r")), take_what_is_there=True)

    assert isinstance(taken, ReadyInputs)
    assert taken.versions == ("r",)
    assert set(taken.missing) == {partition_id("other", DAY), partition_id("late", DAY)}
    assert why(decide(job, DAY, there(), take_what_is_there=True)) == [Why.MISSING, Why.MISSING]


def test_what_has_expired_is_waited_for_even_where_it_is_optional() -> None:
    job = a_job(a_need("raw"), a_need("other", required=False))
    gone = There(hours(1), {partition_id("raw", DAY): good("r")}, frozenset({partition_id("other", DAY)}))

    assert why(decide(job, DAY, gone)) == [Why.EXPIRED]
    assert why(decide(job, DAY, gone, take_what_is_there=True)) == [Why.EXPIRED]


def test_nothing_at_all_is_not_enough() -> None:
    assert why(decide(a_job(a_need("raw", required=False)), DAY, there())) == [Why.NOTHING]
    assert why(decide(a_job(), DAY, there())) == [Why.NOTHING]
    assert decide(a_job(), DAY, there(), take_what_is_there=True) == ReadyInputs((), ())


def test_time_only_ever_opens_for_inputs_without_an_age() -> None:
    chance = Random(7)
    for _ in range(2000):
        job, facts = _some_job(chance), _some_facts(chance)
        answers = [decide(job, DAY, There(hours(now), facts)) for now in range(0, 24, 3)]
        opened = [isinstance(answer, ReadyInputs) for answer in answers]
        assert opened == sorted(opened)
        for now, answer in zip(range(0, 24, 3), answers, strict=True):
            _changes_only_when_it_says(job, facts, float(now), answer)


def _changes_only_when_it_says(job: JobNeeds, facts: dict[str, Good], now: float, answer: ReadyInputs | Waits) -> None:
    """Just before the moment to look again the answer is still the same; without one, it stays for ever."""
    at = answer.look_again_at
    later = at - timedelta(microseconds=1) if at else hours(1000)
    then = decide(job, DAY, There(max(later, hours(now)), facts))
    assert type(then) is type(answer)
    if isinstance(answer, ReadyInputs) and isinstance(then, ReadyInputs):
        assert then.triggers == answer.triggers


def _some_job(chance: Random) -> JobNeeds:
    group = Group("g", chance.randint(1, 2), chance.choice((0.0, 3 * HOUR)))
    terms = (
        PLAIN,
        Terms(wait=chance.randint(1, 5) * HOUR),
        Terms(latest_good=LatestGood(2, chance.randint(0, 9) * HOUR)),
        Terms(group=group),
        Terms(group=group),
    )
    return a_job(
        *(
            a_need(dataset, required=chance.random() < 0.6 and not said.wait, terms=said)
            for dataset, said in zip("abcde", chance.sample(terms, 5), strict=True)
        )
    )


def _some_facts(chance: Random) -> dict[str, Good]:
    return {
        partition_id(dataset, key): good(f"{dataset}{key}", chance.randint(-20, 8))
        for dataset in "abcde"
        for key in ("2013-01-03", "2013-01-04", DAY)
        if chance.random() < 0.6
    }


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (PLAIN, "none"),
        (Terms(wait=7200), "waits 2h"),
        (Terms(max_age=3 * 86400), "at most 3d old"),
        (Terms(latest_good=LatestGood(3, 90)), "else the latest good of 3 before 90s after it is due"),
        (Terms(newer_than="last_run"), "newer than the last run"),
        (Terms(group=Group("feeds", 2, 60)), "at least 2 of feeds and 1m for the others"),
    ],
)
def test_terms_travel_as_text_and_are_said_in_words(terms: Terms, said: str) -> None:
    assert loads(dumps(terms)) == terms
    assert str(terms) == said


def test_lengths_are_written_as_estates_write_them() -> None:
    assert [lasting(seconds) for seconds in (30, 90, 5400, 7200, 86400, 0.5)] == [
        "30s",
        "90s",
        "90m",
        "2h",
        "1d",
        "0.5s",
    ]


def test_the_latest_is_recorded_triggers_nothing_and_is_waited_for() -> None:
    mapping = replace(parse_mapping("same"), kind="latest before")  # type: ignore[arg-type]
    names = InputNeed("names", DAILY, mapping, required=True, triggers=False)
    job = a_job(a_need("raw"), names)
    facts = {partition_id("raw", DAY): good("r")}

    waits = decide(job, DAY, There(hours(1), facts))
    ready = decide(job, DAY, There(hours(1), facts, latest={"names": ("2013-01-03", good("n"))}))

    assert isinstance(waits, Waits)
    assert (why(waits), waits.awaits_latest(job)) == ([Why.MISSING], True)
    assert isinstance(ready, ReadyInputs)
    assert (ready.versions, ready.triggers) == (("n", "r"), ("r",))
    assert [newest(names, job, DAY, keys) for keys in (["2013-01-04", DAY, "2013-01-02"], [DAY], [])] == [
        "2013-01-04",
        None,
        None,
    ]
    assert last_key(names, job, DAY) == DAY
