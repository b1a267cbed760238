"""Values out of JSON that may be of another version than we know: what is not as expected counts as missing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from connectors.foreign import part
from graph_model.errors import InvalidImport, Mistake

Document = Mapping[str, Any]
MOST_BYTES = 1 << 30


def load(path: Path) -> Document:
    """A JSON object from a file. Raises InvalidImport with the line where it breaks off."""
    if path.stat().st_size > MOST_BYTES:
        raise InvalidImport([Mistake(str(path), 1, f"the file is larger than {MOST_BYTES >> 20} MiB")])
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise InvalidImport([Mistake(str(path), error.lineno, f"not JSON: {error.msg}")]) from None
    except UnicodeDecodeError as error:
        raise InvalidImport([Mistake(str(path), 1, f"the file is not UTF-8 (byte {error.start})")]) from None
    except RecursionError:
        raise InvalidImport([Mistake(str(path), 1, "the JSON is nested too deeply")]) from None
    if not isinstance(document, dict):
        raise InvalidImport([Mistake(str(path), 1, "not what dbt writes: a JSON object is expected")])
    return document


def parts(document: Document, key: str) -> Iterator[tuple[str, Document]]:
    """The objects below a key, by their own keys."""
    for name, found in part(document, key).items():
        if isinstance(found, dict):
            yield name, found


def text(document: Document, key: str) -> str:
    found = document.get(key)
    return found.strip() if isinstance(found, str) else ""


def texts(document: Document, key: str) -> tuple[str, ...]:
    """One text, or a list of them."""
    found = document.get(key)
    several = found if isinstance(found, list) else [found]
    return tuple(dict.fromkeys(one.strip() for one in several if isinstance(one, str) and one.strip()))
