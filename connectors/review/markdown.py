"""A comment on a pull request: the answer, then who is hit, the worst first; never longer than a comment may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from connectors.review.escaping import code, prose
from connectors.review.report import WORST_FIRST, Place, Report
from connectors.review.telling import HEADINGS, counted, headline, last_use
from graph_model.impact.entities import Affected, Change, Verdict
from graph_model.impact.sentences import in_words
from graph_model.impact.written import kind_of
from graph_model.lineage.entities import LineageEdge, LineageNode

MOST_CHARACTERS = 65_000
"""GitHub takes 65,536."""

_ICONS = {Verdict.BREAKS: "🔴", Verdict.UNKNOWN: "🟣", Verdict.RISKY: "🟡", Verdict.SAFE: "🟢"}
_MOST_CHANGES, _MOST_NOTES, _MOST_MISTAKES, _MOST_ON_A_PATH = 50, 12, 50, 8
_READERS = ("who", "why", "path", "owners", "deadline", "last read", "what would help")


@dataclass(frozen=True, slots=True)
class Table:
    """`folded`: shown when somebody asks for it. `left_out`: rows that were not even offered."""

    title: str
    columns: Sequence[str]
    rows: Sequence[str]
    folded: bool = False
    left_out: int = 0

    @property
    def opening(self) -> str:
        head = f"| {' | '.join(self.columns)} |\n|{' --- |' * len(self.columns)}\n"
        if self.folded:
            return f"\n<details><summary>{self.title}</summary>\n\n{head}"
        return f"\n### {self.title}\n\n{head}"

    @property
    def closing(self) -> str:
        return "\n</details>\n" if self.folded else ""


def marker_of(sticky: str) -> str:
    """What the comment is found by, when it is to be written anew. Nobody sees it."""
    return f"<!-- headwater-impact:{sticky} -->"


def markdown(report: Report, *, sticky: str, link_base: str = "", most: int = MOST_CHARACTERS) -> str:
    """The comment. `link_base` is where the names of jobs and consumers lead to; empty: they lead nowhere."""
    start = "".join(_start(report, sticky))
    tables = [*_tables(report, link_base)]
    room = most - len(start) - sum(len(_nothing_of(table)) for table in tables)
    parts = [start]
    for table in tables:
        part = _fitted(table, room + len(_nothing_of(table)))
        room += len(_nothing_of(table)) - len(part)
        parts.append(part)
    return "".join(parts)


def _start(report: Report, sticky: str) -> Iterator[str]:
    yield f"{marker_of(sticky)}\n## Headwater: {prose(headline(report), most=1000)}\n\n"
    if report.failure:
        yield f"**Nothing was compared.** Whether {code(report.head)} breaks anybody is not known.\n"
        return
    counts = (f"{_ICONS[verdict]} {count} {_COUNTED[verdict]}" for verdict, count in report.counts.items())
    yield f"{' · '.join(counts)}\n\n{_compared(report)}\n"
    for note in report.notes[:_MOST_NOTES]:
        yield f"\n> ⚠️ {prose(note)}\n"
    if len(report.notes) > _MOST_NOTES:
        yield f"\n> ⚠️ … and {len(report.notes) - _MOST_NOTES} more remarks\n"


_COUNTED = {
    Verdict.BREAKS: "break",
    Verdict.UNKNOWN: "not known",
    Verdict.RISKY: "at risk",
    Verdict.SAFE: "safe",
}


def _compared(report: Report) -> str:
    found = report.comparison
    if found is None:
        return ""
    since = f" since {code(found.before.short)}" if found.before.id != found.base.id else ""
    coverage = report.impact.coverage
    known = ""
    if coverage.readers:
        known = f" Of {counted(coverage.readers, 'known reader')}, the columns of {coverage.columns_known} are known."
    whole = "" if report.is_complete else " **This is not all of it.**"
    return (
        f"{counted(len(report.impact.changes), 'change')} in {counted(len(report.files), 'estate file')}, "
        f"from {code(report.base)}{since} to {code(report.head)} ({code(found.head.short)}).{known}{whole}"
    )


def _tables(report: Report, link_base: str) -> Iterator[Table]:
    if report.mistakes:
        rows = [
            _row(code(f"{mistake.file}:{mistake.line}"), prose(mistake.message), prose(mistake.hint or ""))
            for mistake in report.mistakes[:_MOST_MISTAKES]
        ]
        left = len(report.mistakes) - len(rows)
        yield Table(f"Mistakes ({len(report.mistakes)})", ("where", "what", "what to do"), rows, left_out=left)
    if report.impact.changes:
        pairs = list(zip(report.impact.changes, report.places, strict=True))
        rows = [_change(change, place) for change, place in pairs[:_MOST_CHANGES]]
        yield Table(f"Changes ({len(pairs)})", ("change", "what", "where"), rows, left_out=len(pairs) - len(rows))
    for verdict in WORST_FIRST:
        found = report.of(verdict)
        if found:
            rows = [_reader(report, one, link_base) for one in found]
            title = f"{_ICONS[verdict]} {HEADINGS[verdict]} ({len(found)})"
            yield Table(title, _READERS, rows, folded=verdict is Verdict.SAFE)


def _fitted(table: Table, room: int) -> str:
    """As much of the table as there is room for: whole rows, and how many are left out."""
    frame = len(table.opening) + len(_more(len(table.rows) + table.left_out)) + len(table.closing)
    kept: list[str] = []
    for row in table.rows:
        if frame + len(row) > room:
            break
        kept.append(row)
        frame += len(row)
    if not kept:
        return _nothing_of(table)
    left = len(table.rows) - len(kept) + table.left_out
    return f"{table.opening}{''.join(kept)}{_more(left) if left else ''}{table.closing}"


def _nothing_of(table: Table) -> str:
    return f"\n{table.title}: there is no room for them here.\n"


def _more(count: int) -> str:
    return f"\n… and {count} more.\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _change(change: Change, place: Place | None) -> str:
    where = code(f"{place.file}:{place.line}") if place else "gone"
    return _row(kind_of(change), prose(in_words(change)), where)


def _reader(report: Report, one: Affected, link_base: str) -> str:
    stalled = " <br>stalled" if one.effect == "STALLED" else ""
    hit = "".join(f" {code(name)}" for name in one.hit[:5])
    help_ = "; ".join(filter(None, (one.remedy, f"to settle it: {one.settle}" if one.settle else "")))
    return _row(
        f"{one.node.kind.lower()} {_linked(one.node, link_base)}{stalled}",
        f"{prose(one.reason)}<br>{code(one.rule)}{f' hits{hit}' if hit else ''}",
        _path(list(report.way_of(one))),
        ", ".join(code(owner) for owner in one.owners[:5]),
        prose(one.deadline or ""),
        prose(last_use(one)),
        prose(help_),
    )


def _linked(node: LineageNode, link_base: str) -> str:
    if not link_base:
        return code(node.name)
    parts = (node.kind.lower(), node.name.namespace, node.name.name)
    address = "/".join((link_base.rstrip("/"), *(quote(part, safe="", errors="replace") for part in parts)))
    return f'<a href="{address}">{code(node.name)}</a>'


def _path(way: Sequence[tuple[LineageNode, LineageEdge | None]]) -> str:
    """Each node, and how what leads on from it is known; the middle of a long way is left out."""
    steps = [_step(node, edge) for node, edge in way]
    if len(steps) > _MOST_ON_A_PATH:
        half = _MOST_ON_A_PATH // 2
        left = f"… {len(steps) - 2 * half} more …"
        steps = [*steps[:half], left, *steps[-half:]]
    return " → ".join(steps)


def _step(node: LineageNode, edge: LineageEdge | None) -> str:
    kind = "" if node.kind in ("DATASET", "COLUMN") else f"{node.kind.lower()} "
    name = kind + code(f"{node.name.name}.{node.column}" if node.column else node.name.name, most=120)
    if edge is None:
        return name
    return f"{name} ({edge.provenance}{', stale' if edge.stale else ''})"
