"""What a dataset may say about the store that it lies in: where that is, and what the keys to it are called."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from connectors.secrets import looked_up
from graph_model.errors import ContentError, SecretMissing
from graph_model.estate.vocabulary import LOGIN_OPTIONS
from graph_model.jobs.secrets import is_reference

# Each with the variables that stand for it where a dataset says nothing, as other programs know them.
_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "endpoint": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
    "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "access_key": ("AWS_ACCESS_KEY_ID",),
    "secret_key": ("AWS_SECRET_ACCESS_KEY",),
    "session_token": ("AWS_SESSION_TOKEN",),
}


def with_login(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a dataset in S3 with what its references stand for. Raises ContentError for a key that is written
    out: it would lie in the graph.

    A dataset that names its own keys gets no others beside them: a login is taken whole, from one place.
    """
    login_is_given = options.get("anonymous") is True or any(name in options for name in LOGIN_OPTIONS)
    found = {name: _value(name, options[name]) for name in _OPTIONS if name in options}
    for name, variables in _OPTIONS.items():
        if name not in found and not (login_is_given and name in LOGIN_OPTIONS):
            known = next((os.environ[variable] for variable in variables if os.environ.get(variable)), None)
            found |= {name: known} if known else {}
    return {**options, **found}


def _value(name: str, written: Any) -> str:
    text = str(written)
    if name in LOGIN_OPTIONS and not is_reference(text):
        raise ContentError(f"the option {name} must be a reference, like env:NAME: written out it would be known")
    try:
        return looked_up(text)
    except SecretMissing as error:
        raise ContentError(f"the option {name}: {error}") from None
