"""Group commit, without a graph."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from graph_model.errors import GraphUnavailable, InvalidInput
from graph_model.store.grouping import Group


class Ledger:
    """Books numbers all or nothing, refuses groups with a negative one, and can be made to stand still."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()

    def book(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.entered.set()
        self.open.wait(60)
        if any(number < 0 for number in numbers):
            raise ValueError(f"negative among {list(numbers)}")
        self.groups.append(list(numbers))
        return [InvalidInput("number", "is zero") if number == 0 else number * 10 for number in numbers]


def until_waiting(group: Group[int, int], number: int) -> None:
    while len(group._waiting) < number:
        threading.Event().wait(0.005)


def gathered(ledger: Ledger, group: Group[int, int], numbers: Sequence[int]) -> list[int | BaseException]:
    """What each of `numbers` comes to, submitted while a first group (of 1) is held up."""
    ledger.open.clear()
    with ThreadPoolExecutor(len(numbers) + 1) as pool:
        first = pool.submit(group.submit, 1)
        ledger.entered.wait(60)
        futures = [pool.submit(group.submit, number) for number in numbers]
        until_waiting(group, len(numbers))
        ledger.open.set()
        first.result(60)
        return [future.exception(60) or future.result() for future in futures]


async def gathered_on_a_loop(ledger: Ledger, group: Group[int, int], numbers: Sequence[int]) -> list[Any]:
    """The same for coroutines; one more of the numbers comes from a thread."""
    ledger.open.clear()
    first = asyncio.create_task(group.submit_from_loop(1))
    await asyncio.to_thread(ledger.entered.wait, 60)
    thread = asyncio.create_task(asyncio.to_thread(group.submit, numbers[0]))
    tasks = [asyncio.create_task(group.submit_from_loop(number)) for number in numbers[1:]]
    await asyncio.to_thread(until_waiting, group, len(numbers))
    ledger.open.set()
    return await asyncio.wait_for(asyncio.gather(first, thread, *tasks, return_exceptions=True), 60)


def test_alone_an_item_is_a_group_of_its_own() -> None:
    ledger = Ledger()
    group = Group(ledger.book, most=10)

    assert [group.submit(number) for number in (1, 2)] == [10, 20]
    assert ledger.groups == [[1], [2]]


def test_what_gathers_during_a_commit_goes_together_into_the_next() -> None:
    ledger = Ledger()

    found = gathered(ledger, Group(ledger.book, most=10), [2, 3, 4])

    assert found == [20, 30, 40]
    assert [sorted(numbers) for numbers in ledger.groups] == [[1], [2, 3, 4]]


def test_coroutines_and_threads_go_together() -> None:
    ledger = Ledger()

    found = asyncio.run(gathered_on_a_loop(ledger, Group(ledger.book, most=10), [2, 3, 4]))

    assert found == [10, 20, 30, 40]
    assert [sorted(numbers) for numbers in ledger.groups] == [[1], [2, 3, 4]]


class CountingLoop(asyncio.SelectorEventLoop):
    """Counts how often another thread wakes it for coroutines whose group is done."""

    wakes = 0

    def call_soon_threadsafe(self, callback: Any, *args: Any, **options: Any) -> asyncio.Handle:
        self.wakes += getattr(callback, "__name__", "") == "_wake"
        return super().call_soon_threadsafe(callback, *args, **options)


def test_coroutines_of_one_group_are_woken_together() -> None:
    loop, ledger = CountingLoop(), Ledger()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        found = runner.run(gathered_on_a_loop(ledger, Group(ledger.book, most=10), [2, 3, 4, 5]))

    assert found == [10, 20, 30, 40, 50]
    assert [len(numbers) for numbers in ledger.groups] == [1, 4]
    assert loop.wakes == 2


@pytest.mark.parametrize("first", [2, 0])
def test_a_coroutine_gets_its_own_refusal(first: int) -> None:
    ledger = Ledger()

    found = asyncio.run(gathered_on_a_loop(ledger, Group(ledger.book, most=2), [first, -1, 5, 6, 7]))

    assert [one for one in found if isinstance(one, int)] == [10, *([20] if first else []), 50, 60, 70]
    assert [str(one) for one in found if isinstance(one, ValueError)] == ["negative among [-1]"]


def test_a_coroutine_that_is_gone_keeps_nobody_waiting() -> None:
    async def scenario() -> int:
        ledger.open.clear()
        gone = asyncio.create_task(group.submit_from_loop(1))
        await asyncio.to_thread(ledger.entered.wait, 60)
        next_one = asyncio.create_task(group.submit_from_loop(2))
        await asyncio.to_thread(until_waiting, group, 1)
        gone.cancel()
        ledger.open.set()
        return await asyncio.wait_for(next_one, 60)

    ledger = Ledger()
    group: Group[int, int] = Group(ledger.book, most=10)

    assert asyncio.run(scenario()) == 20
    assert group.submit(3) == 30, "and whoever comes after it leads again"


def test_a_group_has_its_largest_size() -> None:
    ledger = Ledger()

    gathered(ledger, Group(ledger.book, most=2), [2, 3, 4, 5, 6])

    assert [len(numbers) for numbers in ledger.groups] == [1, 2, 2, 1]


def test_a_poisoned_group_is_split_until_only_the_bad_item_is_refused() -> None:
    ledger = Ledger()

    found = gathered(ledger, Group(ledger.book, most=10), [2, 3, -1, 4, 5])

    assert [number for number in found if isinstance(number, int)] == [20, 30, 40, 50]
    assert [str(error) for error in found if isinstance(error, ValueError)] == ["negative among [-1]"]
    assert sorted(number for numbers in ledger.groups for number in numbers) == [1, 2, 3, 4, 5], "each booked once"


def test_a_result_that_is_an_error_is_raised_to_its_own_submitter_only() -> None:
    ledger = Ledger()

    found = gathered(ledger, Group(ledger.book, most=10), [0, 7])

    assert isinstance(found[0], InvalidInput)
    assert found[1] == 70
    assert len(ledger.groups) == 2, "the group was carried out whole"


def test_trouble_outside_reaches_all_and_splits_nothing() -> None:
    calls: list[int] = []

    def gone(items: Sequence[int]) -> list[int]:
        calls.append(len(items))
        raise GraphUnavailable("gone")

    group = Group(gone, most=10)
    for _ in range(2):
        with pytest.raises(GraphUnavailable):
            group.submit(1)
    assert calls == [1, 1]


def test_many_threads_lose_nothing() -> None:
    ledger = Ledger()
    group = Group(ledger.book, most=7)

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(group.submit, range(1, 2001)))

    assert found == [number * 10 for number in range(1, 2001)]
    assert sorted(number for numbers in ledger.groups for number in numbers) == list(range(1, 2001))
