"""Results of other tools' checks, in the files and facets that those tools write, as ours.

Read with patience: keys that are not needed may lack, and unknown ones are passed by, since every version of a tool
writes a little otherwise. What a test of values showed of single rows is left where it is: who may see it is not known.
"""

from __future__ import annotations

import json
from typing import Any

from connectors.results.dbt import looks_like_dbt, read_dbt
from connectors.results.documents import mapping
from connectors.results.great_expectations import looks_like_great_expectations, read_great_expectations
from connectors.results.openlineage import looks_like_openlineage, read_openlineage
from graph_model.checks.others import Delivery
from graph_model.errors import InvalidResults, nearest

SOURCES = ("dbt", "great_expectations", "openlineage")


def read_results(document: Any, *, source: str | None = None, manifest: Any = None) -> Delivery:
    """The results in a parsed file. `source` None: it is seen from the file. `manifest`: dbt's manifest.json, which
    says what each test is about. Raises InvalidResults."""
    found = mapping(_storable(document), "", "a file of results is a JSON object")
    source = source or _seen(found)
    if source == "dbt":
        return read_dbt(found, mapping(_storable(manifest or {}), source, "the manifest is a JSON object"))
    if source == "great_expectations":
        return read_great_expectations(found)
    if source == "openlineage":
        return read_openlineage(found)
    near = nearest(source, SOURCES)
    raise InvalidResults("", f"nobody knows the source {source}; " + (f"did you mean {near}?" if near else _KNOWN))


def parse_results(text: str | bytes, *, what: str = "the file") -> Any:
    """The JSON of a file. Raises InvalidResults."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidResults("", f"{what} is not JSON ({str(error) or 'nested too deep'})") from None


def _storable(document: Any) -> Any:
    """Without halves of surrogate pairs, which JSON can carry and the graph cannot."""
    try:
        return json.loads(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError:
        raise InvalidResults("", "the file is nested too deep") from None


_KNOWN = f"known are {', '.join(SOURCES)}"


def _seen(document: dict[str, Any]) -> str:
    if looks_like_dbt(document):
        return "dbt"
    if looks_like_great_expectations(document):
        return "great_expectations"
    if looks_like_openlineage(document):
        return "openlineage"
    raise InvalidResults("", f"the file is of no kind that is known here; {_KNOWN}")
