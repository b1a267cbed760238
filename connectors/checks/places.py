"""Where the other datasets lie that checks compare with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from connectors.storage.locations import located
from graph_model.contracts.entities import Check
from graph_model.errors import ContentError
from graph_model.versions.entities import Content
from graph_model.versions.roots import Roots


def places_found(checks: Sequence[Check], roots: Roots | Path) -> tuple[Check, ...]:
    """The checks with places of other datasets that hold on this machine; where there is none, they say why."""
    return tuple(_found(check, roots) if "other" in check.params else check for check in checks)


def _found(check: Check, roots: Roots | Path) -> Check:
    other = check.params["other"]
    try:
        content = located(Content(**other["content"]), roots)
    except ContentError as error:
        return replace(check, params={**check.params, "absent": f"{other['name']}: {error}"})
    place = {"format": content.format, "location": content.location, "options": dict(content.options)}
    return replace(check, params={**check.params, "other": {**other, "content": place}})
