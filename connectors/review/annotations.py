"""Workflow commands of GitHub: lines that it shows beside the changed files."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.review.escaping import command_property, command_text
from connectors.review.report import Place, Report
from connectors.review.telling import headline, reader_title, reader_words
from graph_model.impact.entities import Verdict

_LEVELS = {Verdict.BREAKS: "error", Verdict.UNKNOWN: "warning", Verdict.RISKY: "warning"}


def annotate(report: Report) -> str:
    """A line for each mistake and each reader that is not safe, the worst first: GitHub shows only the first ones."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    if report.failure:
        yield _command("error", "Headwater could not check this", headline(report))
    for mistake in report.mistakes:
        text = f"{mistake.message}; {mistake.hint}" if mistake.hint else mistake.message
        yield _command("error", "A mistake in an estate", text, Place(mistake.file, mistake.line))
    for one in report.impact.affected:
        if one.verdict in _LEVELS:
            words = "; ".join(reader_words(one))
            yield _command(_LEVELS[one.verdict], reader_title(one), words, report.place_of(one))
    for note in report.notes:
        yield _command("notice", "About this check", note)


def _command(level: str, title: str, text: str, place: Place | None = None) -> str:
    said = {"file": place.file, "line": place.line} if place else {}
    properties = ",".join(f"{key}={command_property(value)}" for key, value in {**said, "title": title}.items())
    return f"::{level} {properties}::{command_text(text)}"
