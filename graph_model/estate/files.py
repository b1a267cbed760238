"""The files that stand beside an estate file: SQL, contracts."""

from __future__ import annotations

from graph_model.errors import nearest
from graph_model.estate.drafts import Source
from graph_model.estate.sections import Said

MOST_BYTES = 1024 * 1024


def read_beside(source: Source, path: Said[str], *, what: str) -> str | None:
    """The text of a file below the estate's folder; None, and a mistake, when it cannot be had."""
    folder = source.folder.resolve()
    file = (folder / path.value).resolve()
    if not file.is_relative_to(folder):
        source.mistakes.add(path.line, f"{what}: {path.value} lies outside the folder of the estate file")
        return None
    if not file.is_file():
        source.mistakes.add(path.line, f"{what}: there is no file {path.value}", _nearest_file(source, path.value))
        return None
    if file.stat().st_size > MOST_BYTES:
        source.mistakes.add(path.line, f"{what}: {path.value} is larger than {MOST_BYTES // 1024} KiB")
        return None
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error.strerror)
        source.mistakes.add(path.line, f"{what}: {path.value} cannot be read: {reason}")
        return None


def _nearest_file(source: Source, path: str) -> str | None:
    wanted = source.folder / path
    if not wanted.parent.is_dir():
        return (
            f"there is no folder {wanted.parent.relative_to(source.folder)}" if wanted.parent != source.folder else None
        )
    near = nearest(wanted.name, [file.name for file in wanted.parent.iterdir() if file.is_file()])
    return f"did you mean {(wanted.parent / near).relative_to(source.folder)}?" if near else None
