"""Whether a job partition is good already, and what a step of an order wants next: pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph_model.orders.entities import Cause
from graph_model.replays.entities import StepState
from graph_model.replays.rules import Move, is_to_run
from graph_model.runs.entities import RunState

UNDER_WAY = (RunState.READY, RunState.RUNNING)
GOOD_ALREADY = "the same code made it from the same inputs"
_FEW = 3
_WAITS, _WHICH_FAILED = "waits for ", ", which failed"


@dataclass(frozen=True, slots=True)
class Made:
    """What readers of a partition get, and how it was made; `definition_hash` None: by nothing that runs here."""

    version: str | None
    run: str | None = None
    definition_hash: str | None = None
    parameters: str = ""
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wish:
    """What a run would be made of now. `reads`: the version ids, with the names of their places."""

    definition_hash: str
    reads: Mapping[str, str]
    parameters: str = ""


def difference(made: Sequence[Made | None], wish: Wish) -> tuple[Cause, str] | None:
    """Why what is there is not what a run would make now; None: it is, by all that is known."""
    if any(one is None or one.version is None for one in made):
        return Cause.NEW, "nothing is there yet"
    found = [one for one in made if one is not None]
    if any(one.definition_hash is None for one in found):
        return Cause.CODE, "what is there was not made by a run of this job"
    if any(one.definition_hash != wish.definition_hash for one in found):
        return Cause.CODE, "its code is another now"
    if any(one.parameters != wish.parameters for one in found):
        return Cause.PARAMETERS, "it was made with other parameters"
    if any(one.reads != wish.reads.keys() for one in found):
        return Cause.INPUT, _other_inputs(found, wish)
    return None


def _other_inputs(found: Sequence[Made], wish: Wish) -> str:
    known = frozenset().union(*(one.reads for one in found))
    new = sorted({place for version, place in wish.reads.items() if version not in known})
    if not new:
        return "it was made from more than it would read now"
    return f"there is another version of {', '.join(new[:_FEW])}{' and others' if len(new) > _FEW else ''}"


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a job partition. `fits`: it reads what a run would read now, by the same code and parameters.
    `later`: it was made after the order.
    """

    id: str
    state: str
    fits: bool
    later: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of an open step of an order at one moment.

    `before`: the open steps that fill what it reads, each with what failed there (itself, or what it waits for; empty:
    nothing). `differs`: what is there is not what a run would make. `missing`: why it is not ready; empty: it is.
    `runs`: newest first. `given`: the run that it got.
    """

    before: Mapping[str, str]
    differs: bool
    forced: bool
    missing: str = ""
    runs: tuple[Run, ...] = ()
    given: str | None = None


def next_move(look: Look) -> Move:
    """What a step wants now: the first rule that has an answer."""
    return next(move for rule in _MOVES if (move := rule(look)))


def _its_run_is_over(look: Look) -> Move | None:
    own = next((run for run in look.runs if run.id == look.given), None)
    newest = look.runs[0] if look.runs else None
    if own is None or newest is None or own.state in UNDER_WAY:
        return None
    if own.state == RunState.SUCCEEDED and (newest.id == own.id or newest.state not in UNDER_WAY):
        return Move(StepState.DONE, f"run {own.id}")
    return None


def _others_come_before(look: Look) -> Move | None:
    if not look.before:
        return None
    failed = sorted({what for what in look.before.values() if what})
    if failed:
        return Move(StepState.WAITING, f"{_WAITS}{failed[0]}{_WHICH_FAILED}")
    return Move(StepState.WAITING, f"{_WAITS}{', '.join(sorted(look.before)[:_FEW])}")


def failed_before(label: str, state: str, why: str) -> str:
    """What failed where a step of this state is: itself, or what it waits for; empty: nothing."""
    if state == StepState.FAILED:
        return label
    return why.removeprefix(_WAITS).removesuffix(_WHICH_FAILED) if is_blocked(why) else ""


def is_blocked(why: str) -> bool:
    """Whether a step waits for one that failed, itself or through others."""
    return why.endswith(_WHICH_FAILED)


def _run_is_under_way(look: Look) -> Move | None:
    found = [run for run in look.runs if run.state in UNDER_WAY and (run.id == look.given or run.fits)]
    return Move(StepState.RUNNING, f"run {found[0].id} is {found[0].state}") if found else None


def _good_run_came(look: Look) -> Move | None:
    newest = look.runs[0] if look.runs else None
    if newest is None or not newest.later or not newest.fits or newest.state != RunState.SUCCEEDED:
        return None
    return Move(StepState.DONE, f"run {newest.id}")


def _is_good_already(look: Look) -> Move | None:
    if look.forced or look.differs:
        return None
    return Move(StepState.NOT_NEEDED, GOOD_ALREADY)


def _has_failed(look: Look) -> Move | None:
    newest = look.runs[0] if look.runs else None
    if newest is None or newest.state in (*UNDER_WAY, RunState.SUCCEEDED) or not newest.later:
        return None
    if look.given is None and not newest.fits:
        return None
    return Move(StepState.FAILED, f"run {newest.id} is {newest.state}")


def _is_not_ready(look: Look) -> Move | None:
    return Move(StepState.WAITING, look.missing) if look.missing else None


_MOVES = (
    _its_run_is_over,
    _others_come_before,
    _run_is_under_way,
    _good_run_came,
    _is_good_already,
    _has_failed,
    _is_not_ready,
    is_to_run,
)
