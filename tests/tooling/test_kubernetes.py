"""The manifests are what Kubernetes takes, and fit the images, the settings and the routes that they name."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from gsl.backend.openapi import document
from gsl.backend.settings import Settings
from gsl.protocol.api import QueuePublic
from gsl.worker.runner.settings import WorkerSettings
from gsl.worker.runner.slot import SEND_S
from tests.tooling.test_compose import COMPOSE, S3, UVICORN, settings_of

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "kubernetes"
VERSIONS = ("1.29", kubernetes_validate.latest_version())
NOT_KUBERNETES = ("Kustomization", "TriggerAuthentication", "ScaledJob")
"""Of other programs, which have schemas of their own."""
NAMESPACE = "gsl-lab"

Manifest = dict[str, Any]
routes = cache(lambda: document()["paths"])
OBJECTS: list[tuple[str, Manifest]] = [
    (path.name, each) for path in sorted(FOLDER.glob("*.yaml")) for each in yaml.safe_load_all(path.read_text())
]
NAMES = [f"{file}:{each['kind']}" for file, each in OBJECTS]


def of_kind(kind: str) -> Iterator[Manifest]:
    return (each for _, each in OBJECTS if each["kind"] == kind)


def pods() -> Iterator[tuple[str, Manifest]]:
    for file, each in OBJECTS:
        template = each.get("spec", {}).get("template") or each.get("spec", {}).get("jobTargetRef", {}).get("template")
        if template:
            yield file, template["spec"]


PODS = [pytest.param(pod, id=file) for file, pod in pods()]


def containers(pod: Manifest) -> list[Manifest]:
    return [*pod.get("initContainers", []), *pod["containers"]]


def as_job(scaled: Manifest) -> Manifest:
    """What KEDA makes of it."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": scaled["metadata"],
        "spec": scaled["spec"]["jobTargetRef"],
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", [each for _, each in OBJECTS], ids=NAMES)
def test_kubernetes_takes_it(manifest: Manifest, version: str) -> None:
    if manifest["kind"] == "ScaledJob":
        kubernetes_validate.validate(as_job(manifest), version, strict=True)
    elif manifest["kind"] not in NOT_KUBERNETES:
        kubernetes_validate.validate(manifest, version, strict=True)


def test_a_mistake_would_be_found() -> None:
    deployment = next(of_kind("Deployment"))
    wrong = {**deployment, "spec": {**deployment["spec"], "replica": 2}}
    with pytest.raises(kubernetes_validate.ValidationError, match="replica"):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_everything_is_in_the_namespace_and_in_one_file_that_is_named() -> None:
    [kustomization] = of_kind("Kustomization")
    namespaced = [each for _, each in OBJECTS if each["kind"] not in ("Kustomization", "Namespace")]
    assert {each["metadata"]["namespace"] for each in namespaced} == {kustomization["namespace"]} == {NAMESPACE}
    named = {*kustomization["resources"], *re.findall(r"# - (\S+\.yaml)", (FOLDER / "kustomization.yaml").read_text())}
    assert named == {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml", "secret.example.yaml"}


def test_images_are_those_of_docker() -> None:
    [kustomization] = of_kind("Kustomization")
    used = {container["image"] for _, pod in pods() for container in containers(pod)}
    assert used == {image["name"] for image in kustomization["images"]}
    assert used == {COMPOSE["services"][name]["image"] for name in ("api", "worker")}


@pytest.mark.parametrize("pod", PODS)
def test_a_container_is_told_only_what_its_program_reads(pod: Manifest) -> None:
    given = {each["metadata"]["name"]: {**each.get("data", {}), **each.get("stringData", {})} for _, each in OBJECTS
             if each["kind"] in ("ConfigMap", "Secret")}  # fmt: skip
    for container in containers(pod):
        known = settings_of(WorkerSettings if container["image"] == "gsl-lab-worker" else Settings) | UVICORN | S3
        told = {one["name"] for one in container.get("env", [])}
        for source in container.get("envFrom", []):
            told |= given[next(iter(source.values()))["name"]].keys()
        assert told <= known
        for one in container.get("env", []):
            key = one.get("valueFrom", {}).get("secretKeyRef")
            assert key is None or key["key"] in given[key["name"]]


@pytest.mark.parametrize("pod", PODS)
def test_nothing_runs_as_root_or_gains_rights(pod: Manifest) -> None:
    """As the namespace enforces, with the user of the images."""
    users = set(re.findall(r"useradd --uid (\d+)", "".join(path.read_text() for path in (ROOT / "docker").iterdir())))
    safe = pod["securityContext"]
    assert (safe["runAsNonRoot"], safe["seccompProfile"], {str(safe["runAsUser"])}) == (
        True, {"type": "RuntimeDefault"}, users,
    )  # fmt: skip
    assert pod["automountServiceAccountToken"] is False
    for container in containers(pod):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        }  # fmt: skip
        assert container["resources"]["limits"]["memory"]


def test_the_server_is_the_one_of_the_image() -> None:
    docker = (ROOT / "docker/api.Dockerfile").read_text()
    [server] = [pod for file, pod in pods() if file == "server.yaml"]
    [migration], [container] = server["initContainers"], server["containers"]
    assert migration["command"] == COMPOSE["services"]["migrate"]["command"]
    assert [str(port["containerPort"]) for port in container["ports"]] == re.findall(r"^EXPOSE (\d+)", docker, re.M)
    paths = {"/data", *(mount["mountPath"] for mount in container["volumeMounts"])}
    assert {one["value"] for one in container["env"]} <= paths
    assert re.findall(r"^VOLUME (\S+)", docker, re.M) == ["/data"]
    for probe in ("startupProbe", "readinessProbe"):
        assert "get" in routes()[container[probe]["httpGet"]["path"]]


def test_workers_reach_the_server_under_a_name_that_it_allows() -> None:
    [service], [settings] = of_kind("Service"), of_kind("ConfigMap")
    allowed = settings["data"]["GSL_ALLOWED_HOSTS"].split(",")
    [scaled] = of_kind("ScaledJob")
    urls = [scaled["spec"]["triggers"][0]["metadata"]["url"]]
    urls += [
        one["value"] for _, pod in pods() for each in containers(pod) for one in each.get("env", [])
        if one["name"] == "GSL_API_URL"
    ]  # fmt: skip
    assert len(urls) == 4
    for url in urls:
        host, port = re.findall(r"^http://([\w.-]+):(\d+)", url)[0]
        assert host in allowed
        assert host.split(".")[0] == service["metadata"]["name"]
        assert int(port) == service["spec"]["ports"][0]["port"]


@pytest.mark.parametrize("pod", [param for param in PODS if param.id != "server.yaml"])
def test_a_worker_has_the_time_to_give_its_job_back(pod: Manifest) -> None:
    told = {one["name"]: one.get("value") for one in pod["containers"][0]["env"]}
    assert pod["terminationGracePeriodSeconds"] >= float(told["GSL_STOP_SECONDS"]) + SEND_S + 15
    assert "GSL_WORKER_NAME" in told  # each pod's own


def test_what_scales_reads_the_queue() -> None:
    [scaled], [authentication] = of_kind("ScaledJob"), of_kind("TriggerAuthentication")
    [trigger] = scaled["spec"]["triggers"]
    path = re.sub(r"^http://[^/]+", "", trigger["metadata"]["url"])
    assert "get" in routes()[path]
    assert QueuePublic.model_fields[trigger["metadata"]["valueLocation"]].annotation is int
    assert trigger["authenticationRef"]["name"] == authentication["metadata"]["name"]
    [secret] = authentication["spec"]["secretTargetRef"]
    [kept] = [each for each in of_kind("Secret") if each["metadata"]["name"] == secret["name"]]
    assert secret["key"] in kept["stringData"]
    told = {one["name"] for one in scaled["spec"]["jobTargetRef"]["template"]["spec"]["containers"][0]["env"]}
    assert "GSL_IDLE_SECONDS" in told  # or none would ever end


def test_an_example_holds_no_secret() -> None:
    assert {value for each in of_kind("Secret") for value in each["stringData"].values()} == {""}
