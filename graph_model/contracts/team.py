"""Who answers for a dataset, as its contract says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph_model.contracts.document import Document


def owners_of(document: Document) -> tuple[str, ...]:
    """The user names of the team: those whose role says that they own it, else all. Who has a `dateOut` has left, or
    will: nobody is told by that name. Empty: the contract names nobody."""
    members = [member for member in _members(document) if member.get("username") and not member.get("dateOut")]
    owning = [member for member in members if "owner" in str(member.get("role") or "").lower()]
    return tuple(dict.fromkeys(member["username"] for member in owning or members))


def _members(document: Document) -> list[Mapping[str, Any]]:
    team = document.content.get("team") or []
    return (team.get("members") or []) if isinstance(team, Mapping) else team
