"""How a step comes to run, in which order, and what a step wants next: pure functions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from graph_model.replays.entities import StepState, Way
from graph_model.runs.entities import RunState

NOTHING_LEFT = "what it was made from was found right by a later run, or stays by the word of its owners"
_UNDER_WAY = (RunState.READY, RunState.RUNNING)


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run of a job partition; `wrong`: it reads what the step must avoid."""

    id: str
    state: str
    wrong: bool
    input_set: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a job partition as it is declared now. `spoiled`: it is one of those that made the output wrong.

    `coming`: it will get a new version, from another step or for the bad version itself. `gone`: why what is there
    cannot be read again, or why nothing is there; empty: it can.
    """

    where: str
    required: bool
    triggers: bool
    asks: bool
    spoiled: bool
    coming: bool
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that decides how a job partition comes to run again. `input_set` is that of what it would read now."""

    inputs: tuple[Input, ...]
    runs: tuple[PastRun, ...] = ()
    input_set: str = ""
    question: str | None = None


def way_of(standing: Standing) -> tuple[Way, str]:
    """How it comes to run again, and why: the first rule that has an answer."""
    return next(answer for rule in _WAYS if (answer := rule(standing)))


def _something_is_gone(standing: Standing) -> tuple[Way, str] | None:
    gone = [one for one in standing.inputs if one.gone and (one.required or one.spoiled) and not one.coming]
    return (Way.CANNOT, "; ".join(f"{one.where}: {one.gone}" for one in gone)) if gone else None


def _is_under_way(standing: Standing) -> tuple[Way, str] | None:
    found = [run for run in standing.runs if run.state in _UNDER_WAY and not run.wrong]
    return (Way.BY_ITSELF, f"run {found[0].id} on good inputs is under way") if found else None


def _new_version_triggers(standing: Standing) -> tuple[Way, str] | None:
    coming = [one for one in standing.inputs if one.spoiled and one.triggers and one.coming]
    return (Way.BY_ITSELF, f"a new version of {_named(coming)} makes it run") if coming else None


def _what_is_there_triggers(standing: Standing) -> tuple[Way, str] | None:
    triggers = [one for one in standing.inputs if one.spoiled and one.triggers]
    if not triggers or standing.input_set in {run.input_set for run in standing.runs}:
        return None
    return Way.BY_ITSELF, f"what is current of {_named(triggers)} makes it run"


def _somebody_is_asked(standing: Standing) -> tuple[Way, str] | None:
    spoiled = [one for one in standing.inputs if one.spoiled]
    asking = [one for one in spoiled if one.asks]
    if not asking or any(one.triggers for one in spoiled):
        return None
    return Way.ASKS, f"its owners are asked first whether {_named(asking)} is worth another run"


def _must_be_made_to(standing: Standing) -> tuple[Way, str]:
    spoiled = [one for one in standing.inputs if one.spoiled]
    triggers = [one for one in spoiled if one.triggers]
    if triggers:
        return Way.RUN, f"it had its run on what is current of {_named(triggers)} before"
    if spoiled:
        return Way.RUN, f"a new version of {_named(spoiled)} alone makes nothing run"
    return Way.RUN, "what made it wrong is no input of it any more"


_WAYS = (
    _something_is_gone,
    _is_under_way,
    _new_version_triggers,
    _what_is_there_triggers,
    _somebody_is_asked,
    _must_be_made_to,
)


def _named(inputs: Sequence[Input]) -> str:
    return ", ".join(one.where for one in inputs)


def in_order(after: Mapping[str, Collection[str]]) -> dict[str, int]:
    """For each step the length of the longest chain of steps that ends with it, from 1 on; a step after itself, through
    others or not, comes behind all that are in order.
    """
    order: dict[str, int] = {}
    left = {step: {one for one in before if one in after and one != step} for step, before in after.items()}
    while left:
        free = sorted(step for step, before in left.items() if before <= order.keys()) or sorted(left)
        for step in free:
            order[step] = 1 + max((order[one] for one in left[step] if one in order), default=0)
        for step in free:
            del left[step]
    return order


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of an open step at one moment.

    `avoids`: what it must not read, as far as that has not proven right. `still_wrong`: readers of what it fills get
    something wrong, or nothing. `spoils`: the wrong versions among those that it would read now. `missing`: why it is
    not ready; empty: it is. `answer`: what was said where a person is asked; empty: nothing yet. `runs`, newest first.
    """

    avoids: tuple[str, ...]
    still_wrong: bool
    spoils: tuple[str, ...] = ()
    missing: str = ""
    asks: bool = False
    answer: str = ""
    runs: tuple[PastRun, ...] = ()
    given: str | None = None
    here: bool = True


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of a step. `run`: it is to be given a run now."""

    state: StepState
    why: str
    run: bool = False


def next_move(look: Look) -> Move:
    """What a step wants now: the first rule that has an answer. A wrong run that is under way is no obstacle: the one
    that is given goes after it.
    """
    return next(move for rule in _MOVES if (move := rule(look)))


def _has_proven_right(look: Look) -> Move | None:
    return None if look.avoids else Move(StepState.NOT_NEEDED, NOTHING_LEFT)


def _good_run_is_under_way(look: Look) -> Move | None:
    found = next((run for run in look.runs if not run.wrong and run.state in _UNDER_WAY), None)
    return Move(StepState.RUNNING, f"run {found.id} is {found.state}") if found else None


def _good_run_is_over(look: Look) -> Move | None:
    newest = look.runs[0] if look.runs else None
    if newest is None or newest.wrong or newest.state != RunState.SUCCEEDED:
        return None
    return Move(StepState.DONE, f"run {newest.id} on good inputs")


def _is_replaced_otherwise(look: Look) -> Move | None:
    if look.still_wrong or any(run.state in _UNDER_WAY for run in look.runs):
        return None
    return Move(StepState.DONE, "readers get a version that was made otherwise")


def _waits(look: Look) -> Move | None:
    if not look.here:
        return Move(StepState.WAITING, "others run it")
    if look.spoils:
        return Move(StepState.WAITING, f"waits until {', '.join(look.spoils)} is replaced")
    return Move(StepState.WAITING, look.missing) if look.missing else None


def _asks(look: Look) -> Move | None:
    if not look.asks or look.answer == "rerun":
        return None
    if look.answer == "ignore":
        return Move(StepState.IGNORED, "its owners said that it is not worth another run")
    return Move(StepState.WAITING, "waits for an answer")


def _has_failed(look: Look) -> Move | None:
    newest = look.runs[0] if look.runs else None
    if newest is None or newest.id != look.given:
        return None
    return Move(StepState.FAILED, f"run {newest.id} is {newest.state}")


def is_to_run(_: object) -> Move:
    """The last of the rules about a step, of whatever is looked at: it always has an answer."""
    return Move(StepState.RUNNING, "", run=True)


_MOVES = (
    _has_proven_right,
    _good_run_is_under_way,
    _good_run_is_over,
    _is_replaced_otherwise,
    _waits,
    _asks,
    _has_failed,
    is_to_run,
)
