"""`headwater config`: every setting, its value, and where that came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from app.cli.connect import read_settings
from app.cli.errors import finish
from app.cli.options import AsJson
from app.cli.output import print_json, print_table, say
from graph_model.errors import SettingsError

if TYPE_CHECKING:
    from graph_model.settings import Settings

HIDDEN = "********"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as a person may see it. `value` is None where nothing is set; secrets are hidden in it."""

    variable: str
    value: str | None
    origin: str
    description: str


def show_config(*, as_json: AsJson = False) -> None:
    """Show every setting, its value (secrets hidden), and where it comes from."""
    from graph_model.settings import ALL_SETTINGS

    settings: list[Setting] = []
    problems: list[str] = []
    for settings_class in ALL_SETTINGS:
        try:
            settings += settings_of(settings_class)
        except SettingsError as error:
            problems.append(str(error))
    if as_json:
        print_json(settings=settings, problems=problems)
    else:
        print_table(
            ("SETTING", "VALUE", "FROM", "MEANS"),
            [(each.variable, each.value, each.origin, each.description) for each in settings],
            empty="no settings",
        )
        for problem in problems:
            say(problem)
    finish(findings=bool(problems))


def settings_of(settings_class: type[Settings]) -> Iterator[Setting]:
    """The settings of one part. Raises SettingsError when one of them is wrong."""
    from graph_model.settings import origin

    values = read_settings(settings_class)
    for (variable, meaning), field in zip(settings_class.variables().items(), settings_class.model_fields, strict=True):
        yield Setting(variable, shown(getattr(values, field)), origin(variable), meaning)


def shown(value: Any) -> str | None:
    """A setting's value as text. Of a secret that is an address, where it leads stays visible; the rest is hidden."""
    from pydantic import SecretStr

    if value is None:
        return None
    if not isinstance(value, SecretStr):
        return without_login(str(value))
    secret = value.get_secret_value()
    if "://" in secret:
        return without_login(secret)
    return HIDDEN if secret else ""


def without_login(address: str) -> str:
    """An address with user, password and query hidden; any other text as it is."""
    if "://" not in address:
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return HIDDEN
    host = parts.netloc.rpartition("@")
    netloc = f"{HIDDEN}@{host[2]}" if host[1] else host[2]
    return urlunsplit((parts.scheme, netloc, parts.path, HIDDEN if parts.query else "", ""))
