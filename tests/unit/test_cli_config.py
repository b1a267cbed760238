"""`headwater config`: every setting with its origin, and no secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.cli.config import shown, without_login
from graph_model.settings import ALL_SETTINGS
from tests.support.cli import Cli


def test_every_setting_is_listed_with_where_it_comes_from(tmp_path: Path) -> None:
    (tmp_path / "connection.json").write_text(json.dumps({"HEADWATER_GRAPH_URI": "bolt://127.0.0.1:4711"}))
    cli = Cli({"HEADWATER_HOME": str(tmp_path), "HEADWATER_GRAPH_USER": "someone", "HEADWATER_GRAPH_URI": None})

    said = cli("config", "--json")

    settings = {each["variable"]: each for each in said.json["settings"]}
    assert said.code == 0
    assert set(settings) == {variable for settings_class in ALL_SETTINGS for variable in settings_class.variables()}
    assert settings["HEADWATER_GRAPH_USER"]["origin"] == "environment variable HEADWATER_GRAPH_USER"
    assert settings["HEADWATER_GRAPH_URI"]["value"] == "bolt://127.0.0.1:4711"
    assert str(tmp_path / "connection.json") in settings["HEADWATER_GRAPH_URI"]["origin"]
    assert settings["HEADWATER_GRAPH_TIMEOUT"]["origin"] == "default"


def test_no_secret_is_shown() -> None:
    cli = Cli(
        {
            "HEADWATER_GRAPH_PASSWORD": "hunter2",
            "HEADWATER_BROKER_URL": "redis://me:hunter2@broker:6379/0?password=hunter2",
        }
    )

    for arguments in (["config"], ["config", "--json"]):
        said = cli(*arguments)
        assert "hunter2" not in said.out + said.err
        assert "broker:6379" in said.out


def test_a_wrong_setting_is_told_beside_the_others() -> None:
    said = Cli({"HEADWATER_API_PORT": "many"})("config")

    assert said.code == 1
    assert "HEADWATER_API_PORT" in said.err
    assert "HEADWATER_GRAPH_URI" in said.out


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (SecretStr(""), ""),
        (SecretStr("hunter2"), "********"),
        (SecretStr("redis://broker:6379/0"), "redis://broker:6379/0"),
        (SecretStr("redis://:pw@broker:6379/0"), "redis://********@broker:6379/0"),
        (SecretStr("redis://a:b@c@broker/0"), "redis://********@broker/0"),
        (5.0, "5.0"),
    ],
)
def test_of_a_secret_address_only_where_it_leads_is_shown(value: object, expected: str | None) -> None:
    assert shown(value) == expected


def test_what_is_no_address_stays_as_it_is() -> None:
    assert without_login("data/root@home") == "data/root@home"
