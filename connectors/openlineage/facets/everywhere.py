"""Facets that several kinds of things have: owners, tags, documentation."""

from __future__ import annotations

from connectors.openlineage.facets.reading import Facet, Reader, Terms, list_in, name_in, text_in, words_in


def _owners(facet: Facet) -> Terms:
    owners = {name_in(owner, "name"): words_in(owner, "type").get("type", "") for owner in list_in(facet, "owners")}
    return {"owners": [[name, owners[name]] for name in sorted(owners)]}


def tag_text(tag: Facet) -> str:
    """A tag is one text here: its key, with the value where there is more to it than that it is set."""
    key, value = name_in(tag, "key"), words_in(tag, "value").get("value", "")
    return key if value.lower() in ("", "true", key.lower()) else f"{key}={value}"


def _tags(facet: Facet) -> Terms:
    return {"tags": sorted({tag_text(tag) for tag in list_in(facet, "tags")})}


def _description(facet: Facet) -> Terms:
    return {"description": text_in(facet, "description")}


OWNERSHIP = Reader(("owners",), _owners)
TAGS = Reader(("tags",), _tags)
DOCUMENTATION = Reader(("description",), _description)
