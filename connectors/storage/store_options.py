"""What a dataset may say about the store that it lies in: where that is, and which variables hold the keys to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from graph_model.errors import ContentError
from graph_model.estate.vocabulary import LOGIN_OPTIONS

_ENVIRONMENT = "env:"
# Each with the variables that stand for it where a dataset says nothing, as other programs know them.
_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "endpoint": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
    "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "access_key": ("AWS_ACCESS_KEY_ID",),
    "secret_key": ("AWS_SECRET_ACCESS_KEY",),
    "session_token": ("AWS_SESSION_TOKEN",),
}


def with_login(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a dataset in S3 with what its variables hold. Raises ContentError for a key that is written out:
    it would lie in the graph.

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
    if not text.startswith(_ENVIRONMENT):
        if name in LOGIN_OPTIONS:
            raise ContentError(f"the option {name} must name a variable, like env:NAME: written out it would be known")
        return text
    variable = text.removeprefix(_ENVIRONMENT)
    if variable.startswith("HEADWATER_") or not os.environ.get(variable):
        raise ContentError(f"the option {name} is expected in the environment variable {variable}, which is not set")
    return os.environ[variable]
