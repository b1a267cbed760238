"""The sentences that every format uses."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.review.report import Report
from graph_model.impact.entities import Affected, Verdict

HEADINGS = {
    Verdict.BREAKS: "Breaks",
    Verdict.UNKNOWN: "Not known",
    Verdict.RISKY: "At risk",
    Verdict.SAFE: "Safe",
}
_VERDICTS = {
    Verdict.BREAKS: "breaks",
    Verdict.UNKNOWN: "may break, which is not known",
    Verdict.RISKY: "is at risk",
    Verdict.SAFE: "is safe",
}


def headline(report: Report) -> str:
    """The one sentence to read if nothing else is."""
    if report.failure:
        return f"Not checked: {report.failure}"
    if report.mistakes:
        return f"{counted(len(report.mistakes), 'mistake')} in the estates, so that not all of it could be judged"
    worst = next((verdict for verdict, count in report.counts.items() if count), None)
    if worst is None:
        return _nobody(report)
    return _worst(report, worst)


def reader_title(one: Affected) -> str:
    """`job shop/clean breaks`."""
    stalled = " (stalled)" if one.effect == "STALLED" else ""
    return f"{one.node.kind.lower()} {one.node.name} {_VERDICTS[one.verdict]}{stalled}"


def reader_words(one: Affected) -> Iterator[str]:
    """Why, and what may be done about it; as plain text."""
    yield f"{one.reason} [{one.rule}]"
    if one.owners:
        yield f"owned by {', '.join(one.owners)}"
    if one.deadline:
        yield f"due by {one.deadline}"
    if one.last_use:
        yield f"last read {last_use(one)}"
    if one.remedy:
        yield f"what would help: {one.remedy}"
    if one.settle:
        yield f"what would settle it: {one.settle}"


def last_use(one: Affected) -> str:
    if one.last_use is None:
        return ""
    at = one.last_use.at.strftime("%Y-%m-%d %H:%M")
    return f"{at} by run {one.last_use.run}" if one.last_use.run else at


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _nobody(report: Report) -> str:
    if not report.impact.changes:
        return "Nothing changes that anybody reads"
    if not report.impact.is_complete:
        return "Nobody was found to be affected, but the answer was cut off"
    return f"{counted(len(report.impact.changes), 'change')}, and nobody that is known reads what changes"


def _worst(report: Report, worst: Verdict) -> str:
    counts = report.counts
    what = {
        Verdict.BREAKS: f"This breaks {counted(counts[Verdict.BREAKS], 'reader')}",
        Verdict.UNKNOWN: f"Whether this breaks {counted(counts[Verdict.UNKNOWN], 'reader')} is not known",
        Verdict.RISKY: f"This breaks nobody that is known, and puts {counted(counts[Verdict.RISKY], 'reader')} at risk",
        Verdict.SAFE: f"This is safe for all {counted(counts[Verdict.SAFE], 'reader')} that are known",
    }
    return what[worst]
