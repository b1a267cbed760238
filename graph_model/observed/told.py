"""What is known of a thing because others tell it, beside what it reads and makes.

Each term is said by one facet, and the latest word counts, as for facets themselves; so what lies on a node is a pure
function of the set of observations. A term is JSON: of datasets `owners`, `tags`, `description`, `column_tags`,
`column_descriptions`, `kind`, `sub_kind`, `levels`, `catalog`, `storage`, `data_source`, `read`, `written`, `measured`,
`assertions` and `metrics` (names and kinds of checks, for each job that tells of them); of jobs `owners`, `tags`,
`description`, `integration`, `processing`, `kind`, `code`; of runs `parent`, `root`, `nominal`, `error`, `engine`,
`order`, `gaps`, `tests`, `query`, `tags`.

What a graph is asked by (filters, search, walks) lies on the node as a property too, always beside what is declared and
never in its place: `observed_description`, `observed_tags`, `observed_kind`, `integration` and others below.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph_model.names import Name, field_id, job_id, observed_run_id
from graph_model.observed.known import moment_of
from graph_model.observed.stamped import Stamped, latest
from graph_model.store.graph import Row
from graph_model.texts import kept_text

Values = Mapping[str, Any]
"""Terms without their stamps, and without those that were taken back."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was known of one thing, and what is known with these observations."""

    before: Stamped
    after: Stamped

    @property
    def values(self) -> Values:
        return values_of(self.after)

    @property
    def is_more(self) -> bool:
        """Whether anything is told, or told later, than was known before."""
        return self.before != self.after

    def is_news(self, *terms: str) -> bool:
        """Whether one of the terms says something else than before."""
        return any(_value(self.before, term) != _value(self.after, term) for term in terms)


def hear(known: str | None, said: Stamped) -> Heard:
    before = terms_of(known)
    return Heard(before, latest(before, said))


def terms_of(text: str | None) -> Stamped:
    """Terms as the graph keeps them."""
    return {name: (stamp, value) for name, (stamp, value) in json.loads(text).items()} if text else {}


def terms_text(terms: Stamped) -> str | None:
    return kept_text(terms) if terms else None


def values_of(terms: Stamped) -> Values:
    return {name: value for name, (_, value) in terms.items() if value is not None}


def _value(terms: Stamped, term: str) -> Any:
    return terms[term][1] if term in terms else None


def dataset_properties(heard: Heard) -> Row:
    said = heard.values
    return {
        "terms": terms_text(heard.after),
        "observed_description": said.get("description") or None,
        "observed_tags": said.get("tags") or None,
        "observed_kind": said.get("kind"),
        "observed_within": [name for _, name in said.get("levels", ())] or None,
    }


def job_properties(heard: Heard) -> Row:
    said = heard.values
    return {
        "terms": terms_text(heard.after),
        "observed_description": said.get("description") or None,
        "observed_tags": said.get("tags") or None,
        "integration": said.get("integration"),
        "processing": said.get("processing"),
    }


def run_properties(terms: Stamped) -> Row:
    """`gap_at`: when it was said that the client could not read all of the run, where that stands."""
    said = values_of(terms)
    gaps, nominal = said.get("gaps"), said.get("nominal") or (None, None)
    return {
        "nominal_start": _moment(nominal[0]),
        "nominal_end": _moment(nominal[1]),
        "error": said.get("error"),
        "gap": gap_text(gaps) if gaps else None,
        "gap_at": moment_of(terms["gaps"][0]) if gaps else None,
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def gap_text(gaps: Values) -> str:
    first = f": {gaps['errors'][0]}" if gaps["errors"] else ""
    return f"its client could not read {gaps['failed']} of {gaps['total']} tasks{first}"


@dataclass(frozen=True, slots=True, order=True)
class Belonging:
    """A run that is part of another one, and the jobs of both."""

    run: str
    job: str
    parent: Name
    parent_run: str

    @property
    def parent_id(self) -> str:
        return observed_run_id(job_id(self.parent), self.parent_run)


def column_words(dataset: str, heard: Heard) -> Iterator[Row]:
    """For each column of which anything was or is told, what is told now."""
    descriptions, tags = (heard.values.get(term, {}) for term in ("column_descriptions", "column_tags"))
    before = values_of(heard.before)
    paths = {*descriptions, *tags, *before.get("column_descriptions", ()), *before.get("column_tags", ())}
    for path in sorted(paths):
        yield {
            "id": field_id(dataset, path),
            "description": descriptions.get(path),
            "tags": tags.get(path),
        }


def owners_in(values: Values) -> Sequence[tuple[str, str]]:
    """Owners by name, each with the role that was told of it, or an empty text."""
    return tuple((name, role) for name, role in values.get("owners", ()))
