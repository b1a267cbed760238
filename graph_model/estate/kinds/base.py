"""The one thing a kind of job has to say about itself, and what several of them read alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graph_model.estate.drafts import Source
from graph_model.estate.sections import Section, describe
from graph_model.estate.yaml_lines import Scalar
from graph_model.jobs.limits import SIZE_EXAMPLE, parse_size

WITH_PLACEHOLDERS = ("argv", "arguments", "call")


@dataclass(frozen=True, slots=True)
class Kind:
    """`word` is what a job says to be of this kind; `keys` are the further words that only such jobs know.

    `read` makes the job's `executor` of them, and tells every mistake where it stands. What it gives back after a
    mistake is used by nobody. In an executor, `project` is the folder that code is found below, `code` are files in it
    that decide what the job computes, and the texts under WITH_PLACEHOLDERS may hold placeholders.

    `named`: what the job's kind is then called, where that is not `word`.
    """

    word: str
    read: Callable[[Section, Source], Mapping[str, Any]]
    keys: tuple[str, ...] = ()
    named: Callable[[Section], str] | None = None


def texts_in(value: Any) -> Iterator[str]:
    """All texts in a plain value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from texts_in(list(value.values()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_in(one)


def project_of(source: Source) -> str:
    """The absolute folder of the estate file: what the job's code is found below."""
    return str(source.folder.resolve())


def words_of(section: Section, key: str) -> list[str]:
    """Each word as it is written: `10` and `true` are words too, and an empty word is one."""
    words: list[str] = []
    for item in section.items(key):
        if isinstance(item, Scalar) and item.value is not None:
            words.append(item.text)
        else:
            section.wrong(item.line, f"each word of {key} must be a text, not {describe(item)}")
    return words


def texts_of(section: Section, key: str) -> dict[str, str]:
    """The mapping under `key`, each value as it is written."""
    said = ((entry, section.as_text(value, f"{key}: {entry.text}")) for entry, value in section.entries(key))
    return {entry.text: text.value for entry, text in said if text}


def size_of(section: Section, key: str) -> int | None:
    """Bytes; None where none are said."""
    said = section.text(key)
    size = parse_size(said.value) if said else None
    if said and size is None:
        section.wrong(said.line, f"{key} {said.value!r} is no size", f"write {SIZE_EXAMPLE}")
    return size
