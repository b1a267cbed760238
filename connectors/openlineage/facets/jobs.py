"""What the facets of a job say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.openlineage.facets.everywhere import DOCUMENTATION, OWNERSHIP, TAGS
from connectors.openlineage.facets.reading import Facet, Reader, Terms, name_in, read_terms, words_in
from connectors.openlineage.schema import Warn

_PLACE = ("type", "url", "repoUrl", "path", "version", "tag", "branch", "pullRequestNumber")


def terms_of_job(facets: Mapping[str, Any], at: str, warn: Warn) -> Terms:
    return read_terms(facets, _READERS, at, warn)


def _type(facet: Facet) -> Terms:
    kind = words_in(facet, "jobType").get("jobType", "")
    return {
        "integration": name_in(facet, "integration").upper(),
        "processing": name_in(facet, "processingType").upper(),
        "kind": kind.upper(),
    }


def _code(facet: Facet) -> Terms:
    name_in(facet, "url")
    return {"code": words_in(facet, *_PLACE)}


_READERS = {
    "ownership": OWNERSHIP,
    "tags": TAGS,
    "documentation": DOCUMENTATION,
    "jobType": Reader(("integration", "processing", "kind"), _type),
    "sourceCodeLocation": Reader(("code",), _code),
}
