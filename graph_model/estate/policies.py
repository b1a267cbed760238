"""Reads when, where and how often a job may run: retries, pools, labels, order; and the pools of an estate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from graph_model.estate.drafts import Source
from graph_model.estate.sections import Said, Section, describe, named
from graph_model.estate.vocabulary import (
    AT_ONCE_KEYS,
    BACKOFF_KEYS,
    EXIT_CODES_KEYS,
    LIMITS_KEYS,
    ORDERS,
    POOL_KEYS,
    RETRIES_KEYS,
    RETRY_RULE_KEYS,
    TIMEOUT_KEYS,
)
from graph_model.estate.yaml_lines import Entries, Items, Scalar, Tree
from graph_model.names import Name
from graph_model.policies.entities import Backoff, Policies, PoolKind, PoolSpec, Retries, RetryRule, RunOrder

DEFAULT_TIMEOUT = 3600.0
MOST_RETRIES = 100
HIGHEST_EXIT_CODE = 255
# So many slots one run may take, and so many a pool may have.
MOST_SLOTS = 100
MOST_IN_POOL = 100_000
MOST_FACTOR = 100
NEVER = "never"


@dataclass(frozen=True, slots=True)
class ReadPolicies:
    """What a job says of when, where and how often it may run. `pool_line`: where its pool is named."""

    policies: Policies
    retries: int
    timeout_seconds: float
    never_retry: tuple[int, ...]
    pool_line: int


def read_policies(section: Section, source: Source) -> ReadPolicies:
    pool, slots, line = _pool(section, source)
    order = cast("RunOrder | None", section.word("order", ORDERS))
    at_once = section.number("at_once", default=0, least=1)
    if order in ("serial", "strict") and at_once > 1:
        section.wrong(section.line("at_once"), f"order {order} runs one at a time, not {at_once}", "leave at_once out")
    codes = _exit_codes(section)
    attempt, total = _timeout(section)
    times, backoff, rules = _retries(section)
    # 0 always ends a run well.
    retries = Retries(backoff, rules, tuple(code for code in codes["success"] if code), codes["retry"], total)
    policies = Policies(pool, slots, at_once, _labels(section), order, retries)
    never = tuple(dict.fromkeys((*_codes(section, "never_retry"), *codes["never"])))
    return ReadPolicies(policies, times, attempt, never, line)


def read_at_once(section: Section, name: Name) -> tuple[PoolSpec, ...]:
    """How many runs may read and write a dataset at once: a number for all of them, or one for `readers`, `writers`."""
    tree = section.tree("at_once")
    if tree is None:
        return ()
    if not isinstance(tree, Entries):
        most = section.as_number(tree, "at_once", least=1)
        return (PoolSpec(name, PoolKind.DATASET, most),) if most else ()
    inner = section.section("at_once", AT_ONCE_KEYS)
    kinds = {"readers": PoolKind.READERS, "writers": PoolKind.WRITERS}
    found = [(kind, inner.number(word, default=0, least=1)) for word, kind in kinds.items()] if inner else []
    return tuple(PoolSpec(name, kind, most) for kind, most in found if most)


def read_pools(section: Section, source: Source) -> Iterator[tuple[PoolSpec, int]]:
    """The pools of an estate and what it allows owners, each with its line."""
    for key, tree in section.entries("pools"):
        said = Said(key.text, key.line)
        name = named(said, namespace=source.namespace, what="pool", mistakes=source.mistakes)
        slots = section.as_number(tree, f"pool {key.text}", least=0)
        if name and slots is not None:
            yield PoolSpec(name, PoolKind.POOL, _in_pool(section, slots, key)), key.line
    limits = section.section("limits", LIMITS_KEYS)
    for key, tree in limits.entries("owners") if limits else ():
        most = section.as_number(tree, f"owner {key.text}", least=1)
        if most is not None:
            owner = Name(source.namespace, key.text)
            yield PoolSpec(owner, PoolKind.OWNER, _in_pool(section, most, key)), key.line


def _in_pool(section: Section, slots: int, key: Scalar) -> int:
    if slots > MOST_IN_POOL:
        section.wrong(key.line, f"{key.text} has {slots} slots", f"{MOST_IN_POOL} are the most")
    return slots


def _pool(section: Section, source: Source) -> tuple[Name | None, int, int]:
    """The pool of a job, how many slots it takes, and where that stands."""
    line = section.line("pool")
    inner = section.section("pool", POOL_KEYS) if isinstance(section.tree("pool"), Entries) else None
    said = inner.text("pool", required=True) if inner else section.text("pool")
    if said is None:
        return None, 1, line
    slots = inner.number("slots", default=1, least=1) if inner else 1
    if inner and slots > MOST_SLOTS:
        inner.wrong(inner.line("slots"), f"slots must be {MOST_SLOTS} or less, not {slots}")
    name = named(said, namespace=source.namespace, what=f"{section.what}: pool", mistakes=source.mistakes)
    return name, slots, said.line


def _labels(section: Section) -> tuple[str, ...]:
    """`runs_on: spark` or a list: the labels that a worker must have, all of them."""
    if not isinstance(section.tree("runs_on"), Items):
        one = section.text("runs_on")
        found = (one,) if one else ()
    else:
        found = section.texts("runs_on")
    for said in found:
        if "," in said.value or said.value != said.value.strip():
            section.wrong(said.line, f"{said.value!r} is no label", "write words, as in [spark, gpu]")
    return tuple(sorted({said.value for said in found}))


def _exit_codes(section: Section) -> dict[str, tuple[int, ...]]:
    """The codes of each word of `exit_codes`."""
    inner = section.section("exit_codes", EXIT_CODES_KEYS)
    found = {word: _codes(inner, word) if inner else () for word in EXIT_CODES_KEYS}
    seen: dict[int, str] = {}
    for word, code in ((word, code) for word, codes in found.items() for code in codes):
        if inner and code in seen:
            inner.wrong(inner.line(word), f"{code} is {seen[code]} and {word}", "keep one of them")
        seen[code] = word
    return found


def _timeout(section: Section) -> tuple[float, float]:
    """Seconds that one attempt may take, and all of them together; 0: that does not matter."""
    if not isinstance(section.tree("timeout"), Entries):
        return section.seconds("timeout") or DEFAULT_TIMEOUT, 0.0
    inner = section.section("timeout", TIMEOUT_KEYS)
    if inner is None:
        return DEFAULT_TIMEOUT, 0.0
    return inner.seconds("attempt") or DEFAULT_TIMEOUT, inner.seconds("total") or 0.0


def _retries(section: Section) -> tuple[int, Backoff, tuple[RetryRule, ...]]:
    """How often a job is tried again where no rule speaks of a failure, how long it waits, and the rules."""
    tree = section.tree("retries")
    if not isinstance(tree, Entries):
        return (_times(section, tree, "retries") if tree else 0), Backoff(), ()
    inner = section.section("retries", RETRIES_KEYS)
    if inner is None:
        return 0, Backoff(), ()
    rules = (*_code_rules(inner), *_error_rules(inner))
    return _times(inner, inner.tree("times"), "times"), _backoff(inner), rules


def _codes(section: Section, key: str) -> tuple[int, ...]:
    found = (_code(section, item, f"each of {key}") for item in section.items(key))
    return tuple(dict.fromkeys(code for code in found if code is not None))


def _code(section: Section, item: Tree, what: str) -> int | None:
    code = section.as_number(item, what, least=0)
    if code is not None and code > HIGHEST_EXIT_CODE:
        section.wrong(item.line, f"{code} is no exit code", f"exit codes go from 0 to {HIGHEST_EXIT_CODE}")
        return None
    return code


def _code_rules(section: Section) -> Iterator[RetryRule]:
    for key, tree in section.entries("exit_codes"):
        code = _code_of_key(section, key)
        times = _rule_times(section, tree, f"exit code {key.text}")
        if code is not None and times is not None:
            yield RetryRule(times, exit_code=code)


def _code_of_key(section: Section, key: Scalar) -> int | None:
    """A key is a text, whatever is written there."""
    if not key.text.isdecimal() or int(key.text) > HIGHEST_EXIT_CODE:
        section.wrong(key.line, f"{key.text} is no exit code", f"exit codes go from 0 to {HIGHEST_EXIT_CODE}")
        return None
    return int(key.text)


def _error_rules(section: Section) -> Iterator[RetryRule]:
    for key, tree in section.entries("errors"):
        times = _rule_times(section, tree, f"error {key.text}")
        if times is not None:
            yield RetryRule(times, error=key.text)


def _rule_times(section: Section, tree: Tree, what: str) -> int | None:
    """`never`, a number, or `{times: N}`."""
    if isinstance(tree, Scalar) and tree.value == NEVER:
        return 0
    if isinstance(tree, Entries):
        inner = Section(tree, section.mistakes, what=f"{section.what}: {what}", keys=RETRY_RULE_KEYS)
        return _times(inner, inner.tree("times"), "times") if "times" in inner else None
    if isinstance(tree, Scalar) and isinstance(tree.value, int) and not isinstance(tree.value, bool):
        return _times(section, tree, what)
    section.wrong(tree.line, f"{what} cannot be {describe(tree)}", "write never, a number or {times: N}")
    return None


def _times(section: Section, tree: Tree | None, what: str) -> int:
    times = section.as_number(tree, what, least=0) if tree is not None else 0
    if times and times > MOST_RETRIES:
        section.wrong(tree.line if tree else section.start, f"{what} must be {MOST_RETRIES} or less, not {times}")
    return times or 0


def _backoff(section: Section) -> Backoff:
    inner = section.section("backoff", BACKOFF_KEYS)
    if inner is None:
        return Backoff()
    default = Backoff()
    first = inner.seconds("first") or default.first_seconds
    most = inner.seconds("most") or max(default.most_seconds, first)
    if most < first:
        inner.wrong(inner.line("most"), "most is less than first", "write the longer time as most")
    return Backoff(first, _factor(inner, default.factor), most)


def _factor(section: Section, default: float) -> float:
    tree = section.tree("factor")
    if tree is None:
        return default
    value = tree.value if isinstance(tree, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= MOST_FACTOR:
        section.wrong(tree.line, f"factor must be a number from 1 to {MOST_FACTOR}, not {describe(tree)}")
        return default
    return float(value)
