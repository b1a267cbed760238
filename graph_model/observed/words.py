"""What jobs say of their outputs as a whole, and what follows: which inputs go into which output, and whether a job is
known by column.

A word counts as long as no later complete run of its job made the output without it; so the newest complete word about
an output decides, in whichever order words come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph_model.moments import later
from graph_model.names import word_id
from graph_model.observed.entities import SOURCE, WordKind
from graph_model.observed.gather import Said, Span, WordKey
from graph_model.store.graph import Row, Transaction

Ended = tuple[str, datetime, Sequence[str]]
"""A complete run: id of its job, when it ended, all that it said of its outputs (as text)."""


@dataclass(frozen=True, slots=True)
class SaidWord:
    kind: str
    target: str
    source: str
    last: datetime | None
    complete_at: datetime | None


@dataclass(frozen=True, slots=True)
class Output:
    """An output of a job, by id of its edge; `name` is the id of the name it was seen under."""

    edge: str
    name: str
    complete_at: datetime | None
    stale: bool
    made_from: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class SaidOfOutputs:
    """`before`: what follows from it in the graph now."""

    job: str
    outputs: Sequence[Output]
    words: Sequence[SaidWord]
    before: Row


def as_text(word: WordKey) -> str:
    """As runs keep it."""
    return " ".join(word)


def marks(known: Mapping[str, str | None], said: Said) -> list[Row]:
    """What jobs of a group are marked with: those that only stand for something, those whose SQL may have to be read.
    `known`: their facets so far, as JSON."""
    rows = []
    for identity, job in sorted(said.jobs.items()):
        properties: Row = {"technical": True} if job.implicit else {}
        if "sql" in job.facets or '"sql": ' in (known[identity] or ""):
            properties["sql_unread"] = True
        if properties:
            rows.append({"id": identity, "properties": properties})
    return rows


def record_words(tx: Transaction, said: Said, ended: Iterable[Ended], tells: Collection[str]) -> None:
    """Adds what a group says to what was said, and settles the jobs; `tells` are those that ever said something. Their
    edges must be written already."""
    rows = _rows(said, ended)
    if rows:
        tx.rows("observed.see_words", words=rows)
    told = {row["job"] for row in rows}
    settle_outputs(tx, sorted(told | (said.jobs.keys() & set(tells))))


def settle_outputs(tx: Transaction, jobs: Sequence[str]) -> None:
    """Writes what follows for these jobs (locked by the caller), where it differs from what the graph has."""
    if not jobs:
        return
    changed_jobs, changed_outputs = [], []
    for said in said_of_outputs(tx, jobs):
        follows = {one.edge: made_from(one, said.words) for one in said.outputs}
        changed_outputs += [
            {"id": one.edge, "job": said.job, "made_from": _listed(follows[one.edge])}
            for one in said.outputs
            if follows[one.edge] != one.made_from
        ]
        properties = _changed(said, paired=any(made is not None for made in follows.values()))
        if properties:
            changed_jobs.append({"id": said.job, "properties": properties})
    if changed_jobs or changed_outputs:
        tx.rows("observed.settle_outputs", jobs=changed_jobs, outputs=changed_outputs)


def said_of_outputs(tx: Transaction, jobs: Sequence[str]) -> list[SaidOfOutputs]:
    """What is known of the outputs of jobs; unordered."""
    return [
        SaidOfOutputs(
            row["id"], [_output(one) for one in row["outputs"]], [SaidWord(*one) for one in row["words"]], row
        )
        for row in tx.rows("observed.said_of_outputs", jobs=jobs, source=SOURCE)
    ]


def made_from(output: Output, words: Iterable[SaidWord]) -> tuple[str, ...] | None:
    """Ids of the names of all that goes into an output; None: every input of the job."""
    current = current_words(output, words)
    if all(word.kind != WordKind.EXPLICIT for word in current):
        return None
    return tuple(sorted({word.source for word in current if word.kind == WordKind.FROM}))


def current_words(output: Output, words: Iterable[SaidWord]) -> list[SaidWord]:
    """The words about an output that no later complete run lacks."""
    newest = output.complete_at
    return [
        word
        for word in words
        if word.target == output.name
        and (newest is None or ((moment := word.complete_at or word.last) is not None and moment >= newest))
    ]


def are_known_by_column(outputs: Sequence[Output], words: Sequence[SaidWord], *, sql_is_read: bool) -> bool:
    """Whether all that a job does with columns is known: said by its clients, or read from its SQL."""
    made = [output for output in outputs if not output.stale]
    return bool(made) and all(
        sql_is_read or any(word.kind == WordKind.WHOLE for word in current_words(output, words)) for output in made
    )


def _changed(said: SaidOfOutputs, *, paired: bool) -> Row:
    properties: Row = {}
    before = said.before
    told = sorted({word.target for word in said.words})
    if told != before["told"]:
        properties["told"] = told
    if paired != before["paired"]:
        properties["paired"] = paired or None
    # What an estate or an import declares of a job's columns is theirs to say.
    known = are_known_by_column(said.outputs, said.words, sql_is_read=before["sql_known"])
    if before["scope"] is None and known != before["columns_known"]:
        properties["columns_known"] = known or None
    return properties


def _output(row: Sequence[Any]) -> Output:
    edge, name, complete_at, stale, made = row
    return Output(edge, name, complete_at, stale, None if made is None else tuple(made))


def _listed(made: tuple[str, ...] | None) -> list[str] | None:
    return None if made is None else list(made)


def _rows(said: Said, ended: Iterable[Ended]) -> list[Row]:
    last: dict[tuple[str, str], datetime] = {}
    complete: dict[tuple[str, str], datetime | None] = {}

    def seen(job: str, words: Mapping[WordKey, Span]) -> None:
        for word, span in words.items():
            key = job, as_text(word)
            last[key] = max(last.get(key, span.last), span.last)
            complete[key] = later(complete.get(key), span.complete_at)

    for run in said.runs.values():
        seen(run.job, run.words)
    for job, words in said.words.items():
        seen(job, words)
    for job, at, told in ended:
        for text in told:
            complete[job, text] = later(complete.get((job, text)), at)
    return [_row(job, text, last.get((job, text)), complete[job, text]) for job, text in sorted(complete)]


def _row(job: str, text: str, last: datetime | None, complete_at: datetime | None) -> Row:
    kind, target, source = text.split(" ")
    return {
        "id": word_id(job, kind, target, source),
        "job": job,
        "kind": kind,
        "target": target,
        "source": source,
        "last": last,
        "complete_at": complete_at,
    }
