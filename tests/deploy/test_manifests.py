"""The compose file, the Kubernetes manifests and the Dockerfile are valid and fit the advisor."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from benchmarks.places import FIGURES
from bot.settings import PROJECT, Settings

DEPLOY = PROJECT / "deploy"
SCHEMAS = Path(__file__).parent / "schemas"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
VARIABLES = {setting.metadata["variable"] for setting in fields(Settings)}
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
UNITS = {"m": 2**20, "g": 2**30, "Mi": 2**20, "Gi": 2**30}


def load(path: Path) -> Any:
    # Not ruamel.yaml: once Rasa is imported, that one expands ${...} from the environment.
    return yaml.safe_load(path.read_text())


def size(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(\w+)", text).groups()
    return int(number) * UNITS[unit]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return load(DEPLOY / "compose.yml")


@pytest.fixture(scope="module")
def pod() -> dict[str, Any]:
    deployment = load(DEPLOY / "kubernetes" / "deployment.yaml")
    return deployment["spec"]["template"]["spec"]


def errors(manifest: dict[str, Any]) -> list[str]:
    schema = json.loads((SCHEMAS / "kubernetes-1.34.json").read_text())
    of_kind = {"$ref": schema["kinds"][manifest["kind"]], "$defs": schema["$defs"]}
    return [error.message for error in Draft7Validator(of_kind).iter_errors(manifest)]


def test_the_compose_file_is_valid(compose: dict[str, Any]):
    schema = json.loads((SCHEMAS / "compose-spec.json").read_text())

    assert not [error.message for error in Draft202012Validator(schema).iter_errors(compose)]


@pytest.mark.parametrize(
    "path", [path for path in MANIFESTS if path.stem != "kustomization"], ids=lambda path: path.stem
)
def test_a_manifest_is_valid(path: Path):
    assert not errors(load(path))


def test_the_schemas_refuse_mistakes(compose: dict[str, Any], pod: dict[str, Any]):
    schema = json.loads((SCHEMAS / "compose-spec.json").read_text())
    wrong = compose | {"services": {"advisor": {"imaeg": "x"}}}
    assert list(Draft202012Validator(schema).iter_errors(wrong))

    deployment = load(DEPLOY / "kubernetes" / "deployment.yaml")
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    container["livenessProbe"]["httpGett"] = {}
    assert errors(deployment)


def test_kustomize_has_all_manifests():
    listed = load(DEPLOY / "kubernetes" / "kustomization.yaml")["resources"]

    assert sorted(listed) == [path.name for path in MANIFESTS if path.stem != "kustomization"]


def _settings(compose: dict[str, Any], pod: dict[str, Any]) -> Iterator[dict[str, str | None]]:
    for name in ("advisor-1", "advisor-2"):
        yield compose["services"][name]["environment"]
    yield {entry["name"]: entry.get("value") for entry in pod["containers"][0]["env"]}


def test_what_is_set_are_settings_with_values_that_can_be_used(compose, pod):
    for given in _settings(compose, pod):
        assert set(given) <= VARIABLES
        plain = {name: value for name, value in given.items() if value and "://" not in value}
        Settings.from_environment(plain)


def test_no_secret_stands_in_a_file(compose, pod):
    secret = {setting.metadata["variable"] for setting in fields(Settings) if not setting.repr}
    for entry in pod["containers"][0]["env"]:
        if entry["name"] in secret:
            assert "secretKeyRef" in entry["valueFrom"]
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if "PASSWORD" in variable or "@" in value:
                assert "${POSTGRES_PASSWORD:?" in value, (name, variable)


def test_every_service_is_bounded_and_watched(compose):
    for name, service in compose["services"].items():
        assert service["mem_limit"], name
        assert service["restart"] == "unless-stopped", name
        watched = "HEALTHCHECK" in DOCKERFILE if "build" in service else service["healthcheck"]
        assert watched, name
        assert service.get("ports", []) == (["8080:8080"] if name == "proxy" else []), name


def test_nothing_runs_as_root_or_writes_to_its_root(compose, pod):
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"]
    for name in ("advisor-1", "advisor-2", "proxy", "redis"):
        assert compose["services"][name]["read_only"], name
        assert compose["services"][name]["cap_drop"] == ["ALL"], name


def test_the_grace_is_longer_than_the_servers_own(compose, pod):
    from bot.runtime.server import GRACE

    own = Settings().action_timeout + GRACE
    assert int(compose["services"]["advisor-1"]["stop_grace_period"].rstrip("s")) > own
    assert pod["terminationGracePeriodSeconds"] > own + 5


def test_there_is_room_for_the_measured_memory(compose, pod):
    measured = json.loads(FIGURES.read_text())["advisor"]["resident"]
    resources = pod["containers"][0]["resources"]

    assert measured < size(resources["requests"]["memory"])
    assert measured * 1.2 < size(resources["limits"]["memory"])
    assert measured * 1.2 < size(compose["services"]["advisor-1"]["mem_limit"])


def test_the_ports_agree(compose, pod):
    ports = {port["name"]: port["containerPort"] for port in pod["containers"][0]["ports"]}
    env = next(_settings(compose, pod))

    assert ports == {"http": Settings().port, "admin": int(env["ADVISOR_ADMIN_PORT"] or 0)}
    assert f"EXPOSE {ports['http']}" in DOCKERFILE
    assert f"advisor-1:{ports['http']}" in (DEPLOY / "nginx.conf").read_text()
