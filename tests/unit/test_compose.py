"""`docker-compose.yml` says what the settings classes understand, and what it takes to run and to scale."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph_model.settings import ALL_SETTINGS

ROOT = Path(__file__).parents[2]
OURS = ("migrate", "api", "worker")
LASTING = ("graph", "broker", "api", "worker")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_every_variable_of_ours_is_one_that_the_settings_know(services: dict[str, Any]) -> None:
    known = {name for settings in ALL_SETTINGS for name in settings.variables()}

    used = {name for service in services.values() for name in service["environment"] if name.startswith("HEADWATER_")}

    assert used - known == set()


@pytest.mark.parametrize("name", OURS)
def test_every_process_of_ours_is_told_where_graph_broker_and_data_are(services: dict[str, Any], name: str) -> None:
    wanted = {"HEADWATER_GRAPH_URI", "HEADWATER_GRAPH_PASSWORD", "HEADWATER_BROKER_URL", "HEADWATER_STORAGE_ROOT"}

    assert wanted <= services[name]["environment"].keys()
    assert services[name]["volumes"] == ["data:/data"]


@pytest.mark.parametrize("name", OURS)
def test_the_values_are_ones_that_the_settings_accept(
    services: dict[str, Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in services[name]["environment"].items():
        monkeypatch.setenv(
            variable, re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", re.sub(r"\$\{\w+:\?[^}]*\}", "secret", str(value)))
        )

    for settings in ALL_SETTINGS:
        settings()


@pytest.mark.parametrize("name", LASTING)
def test_every_lasting_service_has_a_health_check_and_comes_back(services: dict[str, Any], name: str) -> None:
    assert services[name]["healthcheck"]["test"]
    assert services[name]["restart"] == "unless-stopped"


def test_the_migration_ends_and_is_not_repeated(services: dict[str, Any]) -> None:
    assert services["migrate"]["restart"] == "no"
    assert services["migrate"]["depends_on"] == {"graph": {"condition": "service_healthy"}}


@pytest.mark.parametrize("name", ["api", "worker"])
def test_nothing_of_ours_starts_before_the_graph_is_migrated_and_the_broker_answers(
    services: dict[str, Any], name: str
) -> None:
    assert services[name]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "broker": {"condition": "service_healthy"},
    }


def test_a_worker_can_be_scaled(services: dict[str, Any]) -> None:
    assert "container_name" not in services["worker"]
    assert "ports" not in services["worker"]
    assert "hostname" not in services["worker"]


def test_only_the_api_is_reachable_and_only_from_this_machine(services: dict[str, Any]) -> None:
    open_ports = {name: service["ports"] for name, service in services.items() if "ports" in service}

    assert open_ports == {"api": ["127.0.0.1:8400:8400"]}


def test_every_secret_comes_from_outside_and_has_no_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = re.findall(r"\$\{(\w*PASSWORD\w*)([^}]*)\}", text)

    assert {name for name, _ in secrets} == {"GRAPH_PASSWORD", "BROKER_PASSWORD"}
    assert all(rule.startswith(":?") for _, rule in secrets)


def test_every_volume_that_is_used_is_declared(services: dict[str, Any]) -> None:
    declared = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["volumes"]
    used = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())}

    assert used == declared.keys()


def test_the_engines_are_the_versions_we_promise(services: dict[str, Any]) -> None:
    assert services["graph"]["image"] == "neo4j:5.26"
    assert services["broker"]["image"] == "redis:7"


def test_the_settings_of_the_graph_are_spelled_as_its_image_reads_them(services: dict[str, Any]) -> None:
    set_ = {name for name in services["graph"]["environment"] if name != "NEO4J_AUTH"}
    spelled = {name.removeprefix("NEO4J_").replace("__", " ").replace("_", ".").replace(" ", "_") for name in set_}

    assert spelled == {
        "server.memory.heap.max_size",
        "server.memory.pagecache.size",
        "db.index.fulltext.eventually_consistent_refresh_interval",
    }


def test_the_image_installs_from_the_lock_and_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()

    assert any("--require-hashes --requirement requirements.lock" in line for line in lines)
    assert [line for line in lines if line.startswith("USER ")] == ["USER headwater"]


def test_the_image_gets_every_room_that_the_package_needs() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    wanted = {*wheel["packages"], *(Path(place).parts[0] for place in wheel["force-include"])}
    copied = {line.split()[1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("COPY ")}
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert wanted <= copied
    assert copied - {"--from=packages"} <= let_through
