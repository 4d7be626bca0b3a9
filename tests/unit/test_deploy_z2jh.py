"""deploy/z2jh: values that the chart takes, manifests that Kubernetes takes, both as the hub and the zones are."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from traitlets.config import Config

import hocvuso
from hocvuso.hub.beside import site_variables
from hocvuso.hub.jupyterhub import _roles
from hocvuso.hub.settings import SERVICE, SITE_MAY_READ, SITE_PATH, HubSettings
from hocvuso.places import Places

Z2JH = Path(hocvuso.__file__).resolve().parents[2] / "deploy" / "z2jh"
KUBERNETES = "1.35"  # the chart wants 1.32 or later
OURS = {"app.kubernetes.io/part-of": "hocvuso"}
VALUES = yaml.safe_load((Z2JH / "values.yaml").read_text(encoding="utf-8"))
SCHEMA = yaml.safe_load((Z2JH / "values.schema.yaml").read_text(encoding="utf-8"))
KUSTOMIZATION = yaml.safe_load((Z2JH / "kustomization.yaml").read_text(encoding="utf-8"))


def manifests() -> list[dict[str, Any]]:
    """Everything that `kubectl apply -k` would apply."""
    files = [Z2JH / name for name in KUSTOMIZATION["resources"]]
    assert sorted(files) == sorted((Z2JH / "manifests").glob("*.yaml")), (
        "a manifest is not in kustomization.yaml"
    )
    return [one for file in files for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))]


def pods() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Name, labels and specification of every pod that we describe."""
    for one in manifests():
        if one["kind"] in {"Deployment", "Job"}:
            template = one["spec"]["template"]
            yield one["metadata"]["name"], template["metadata"]["labels"], template["spec"]


def policies(labels: dict[str, str]) -> list[dict[str, Any]]:
    """The network policies of a pod with these labels."""
    return [
        one["spec"]
        for one in manifests()
        if one["kind"] == "NetworkPolicy" and _selects(one["spec"]["podSelector"], labels)
    ]


def _selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return wanted and all(
        labels.get(e["key"]) in e["values"]
        for e in selector.get("matchExpressions", ())
        if e["operator"] == "In"
    )


def test_the_chart_takes_the_values():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    errors = jsonschema.Draft7Validator(SCHEMA).iter_errors(VALUES)
    assert [f"{'.'.join(map(str, e.absolute_path))}: {e.message}" for e in errors] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("hub.confg", {}),
        ("hub.db.type", "postgresql"),
        ("hub.config.genericOAuthenticator", {}),
        ("hub.services.hoc.api_token", "0123456789abcdef"),
        ("hub.extraEnv.OAUTH_CLIENT_SECRET", "written down"),
        ("proxy.service.type", "Loadbalancer"),
        ("singleuser.image", {"name": "hocvuso"}),
        ("singleuser.networkPolicy.egressAllowRules.privateIps", False),
        ("ingress.hosts", "hocvuso.example.vn"),
    ],
)
def test_slips_in_the_values_are_found(path: str, value: object):
    """What the chart would refuse, and secrets written down where they are to be referred to."""
    changed = copy.deepcopy(VALUES)
    *above, last = path.split(".")
    place = changed
    for name in above:
        place = place[name]
    place[last] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed, SCHEMA, jsonschema.Draft7Validator)


@pytest.mark.parametrize("one", manifests(), ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_kubernetes_takes_the_manifest(one: dict[str, Any]):
    """Against Kubernetes' own description, nothing unknown in it."""
    kubernetes_validate.validate(one, KUBERNETES, strict=True)


def test_a_slip_in_a_manifest_is_found():
    changed = copy.deepcopy(next(one for one in manifests() if one["kind"] == "Deployment"))
    changed["spec"]["template"]["spec"]["containers"][0]["securityContext"]["procmount"] = "Unmasked"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(changed, KUBERNETES, strict=True)


def test_hub_and_site_know_the_same_of_each_other(tmp_path: Path):
    """The site is told what `hocvuso.hub.beside` tells it on one machine; only addresses and the token differ."""
    token = tmp_path / "token"
    token.write_text("0" * 64, encoding="ascii")
    settings = HubSettings(https=True, site_token_file=token)
    variables = site_variables(Places(Path("/srv/hocvuso")), settings)
    own = ("HOCVUSO_LIMIT_", "HOCVUSO_KERNEL_")
    expected = {name: value for name, value in variables.items() if not name.startswith(own)}
    told = {e["name"]: e.get("value") for e in _container("site")["env"]}
    elsewhere = {"JUPYTERHUB_API_URL", "JUPYTERHUB_SERVICE_URL", "JUPYTERHUB_API_TOKEN"}
    assert {**told, **dict.fromkeys(elsewhere, "")} == {
        **expected,
        **dict.fromkeys(elsewhere, ""),
        "HOME": "/tmp",  # noqa: S108  (in the container)
    }
    service = VALUES["hub"]["services"][SERVICE]
    assert service["oauth_client_allowed_scopes"] == list(SITE_MAY_READ)
    port = next(one for one in manifests() if one["kind"] == "Service")["spec"]["ports"][0]["port"]
    assert service["url"] == f"http://site:{port}"
    assert told["JUPYTERHUB_SERVICE_URL"].endswith(f":{port}")
    reference = next(e for e in _container("site")["env"] if e["name"] == "JUPYTERHUB_API_TOKEN")
    assert reference["valueFrom"]["secretKeyRef"] == {
        "name": "hub",
        "key": f"hub.services.{SERVICE}.apiToken",
    }


def test_the_roles_are_those_of_one_machine():
    """Who may do what is decided once (`hocvuso.hub.jupyterhub`) and written down here the same."""
    c = Config()
    _roles(c, HubSettings())
    assert [
        {"name": name, **role} for name, role in VALUES["hub"]["loadRoles"].items()
    ] == c.JupyterHub.load_roles


def test_everybody_comes_over_one_name_and_a_learner_stays_with_one_site():
    [ingress] = [one["spec"] for one in manifests() if one["kind"] == "Ingress"]
    [rule] = ingress["rules"]
    assert [rule["host"]] == VALUES["ingress"]["hosts"]
    assert ingress["tls"] == VALUES["ingress"]["tls"]
    assert [path["path"] for path in rule["http"]["paths"]] == [SITE_PATH]
    [service] = [one for one in manifests() if one["kind"] == "Service"]
    sticky = "traefik.ingress.kubernetes.io/service.sticky.cookie"
    assert service["metadata"]["annotations"][sticky] == "true"
    assert service["metadata"]["annotations"][f"{sticky}.secure"] == "true"


def test_each_zone_has_a_user_of_its_own_and_only_the_issuer_the_key():
    """The image makes these users under these numbers; install.sh gives them the folders."""
    image = (Z2JH / "Containerfile").read_text(encoding="utf-8")
    numbers = dict(re.findall(r"\b(hub|site|grader|issuer|trainer):(\d+)", image))
    users = {name: str(spec["securityContext"]["runAsUser"]) for name, _, spec in pods()}
    assert users == {"setup": "0", **{zone: numbers[zone] for zone in ("site", "grader", "issuer")}}
    assert len(set(numbers.values())) == len(numbers)
    with_key = {name for name, _, spec in pods() for v in spec["volumes"] if _claims(v) == "issuer"}
    assert with_key == {"issuer", "setup"}


@pytest.mark.parametrize(
    ("name", "labels", "spec"), list(pods()), ids=lambda found: found if isinstance(found, str) else ""
)
def test_a_pod_can_do_no_more_than_its_work(name: str, labels: dict[str, str], spec: dict[str, Any]):
    """No account of the cluster's, nobody outside the container, no way to more rights, bounded, no secret in plain."""
    assert labels.items() >= OURS.items()
    assert spec["automountServiceAccountToken"] is False
    assert spec["hostUsers"] is False
    [container] = spec["containers"]
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]
    assert "memory" in container["resources"]["limits"]
    secret = [
        e["name"] for e in container["env"] if re.search("TOKEN|SECRET|GRADEBOOK", e["name"]) and "value" in e
    ]
    assert secret == []
    boxes = container["securityContext"]["seccompProfile"]["type"] == "Unconfined"
    assert boxes == (name in {"site", "grader"}), "only who runs learners' code needs to build boxes"


def test_who_may_speak_to_whom():
    """All is refused first. The issuer speaks to nobody, the grader to its database; only the site is spoken to."""
    allowed = {name: policies(labels) for name, labels, _ in pods()}
    for found in allowed.values():
        assert {"podSelector": {"matchLabels": OURS}, "policyTypes": ["Ingress", "Egress"]} in found
    assert len(allowed["issuer"]) == 1
    assert [name for name, found in allowed.items() if any("ingress" in one for one in found)] == ["site"]
    ports = {
        name: {p["port"] for one in found for rule in one.get("egress", ()) for p in rule["ports"]}
        for name, found in allowed.items()
    }
    assert ports == {"site": {8081, 53}, "grader": {5432, 53}, "setup": {5432, 53}, "issuer": set()}
    assert not any(VALUES["singleuser"]["networkPolicy"]["egressAllowRules"].values())


def test_one_image_is_named_in_one_place():
    """Site, grader, issuer and JupyterLabs are of one version."""
    [image] = KUSTOMIZATION["images"]
    assert {_container(name)["image"] for name in ("site", "grader", "issuer", "setup")} == {image["name"]}
    assert VALUES["singleuser"]["image"] == {"name": image["newName"], "tag": image["newTag"]}


def test_cookies_are_as_on_one_machine_behind_https():
    told = {e["name"]: e.get("value") for e in _container("site")["env"]}
    assert json.loads(told["JUPYTERHUB_COOKIE_OPTIONS"]) == HubSettings(https=True).cookie_options


def _container(name: str) -> dict[str, Any]:
    return next(spec["containers"][0] for found, _, spec in pods() if found == name)


def _claims(volume: dict[str, Any]) -> str:
    return str(volume.get("persistentVolumeClaim", {}).get("claimName", ""))


def test_the_image_takes_only_what_is_named_and_is_there():
    """A copy of the whole checkout would hold keys and answers of whoever builds it."""
    image = (Z2JH / "Containerfile").read_text(encoding="utf-8")
    copied = [word for line in re.findall(r"^COPY (.*) \S+$", image, re.MULTILINE) for word in line.split()]
    assert copied
    for name in copied:
        assert name != "."
        assert (Z2JH.parents[1] / name).exists(), name
