"""The hub's configuration as it is written, before any hub runs."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader
from traitlets.config import Config

import hocvuso
from hocvuso.errors import SetupError
from hocvuso.hub.jupyterhub import configure
from hocvuso.hub.lab import kernel_environment
from hocvuso.hub.lab_files import learner_files, trainer_files
from hocvuso.hub.reader import TEMPLATES, in_language
from hocvuso.hub.settings import HubSettings
from hocvuso.places import Places

CHECKOUT = Path(hocvuso.__file__).resolve().parents[2]


@pytest.fixture
def hub_config(tmp_path: Path) -> Config:
    c = Config()
    configure(c, Places(tmp_path), settings=HubSettings(port=23450))
    return c


def test_state_and_secrets_lie_in_the_hubs_own_folder(hub_config, tmp_path):
    """Database, cookie secret and process files are in var/hub, which only its owner may enter."""
    folder = Places(tmp_path).hub
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("cookie_secret", "proxy_token"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert hub_config.JupyterHub.db_url == f"sqlite:///{folder / 'jupyterhub.sqlite'}"
    assert Path(hub_config.JupyterHub.pid_file).parent == folder
    assert Path(hub_config.ConfigurableHTTPProxy.pid_file).parent == folder


def test_site_and_learners_get_no_more_than_they_need(hub_config):
    """The site is no admin and acts for nobody; a learner may open the site and nothing beside their own."""
    (service,) = hub_config.JupyterHub.services
    assert not service.get("admin")
    assert service["oauth_client_allowed_scopes"] == ["read:users:groups!user"]
    roles = {role["name"]: role for role in hub_config.JupyterHub.load_roles}
    assert roles["user"]["scopes"] == ["self", "access:services!service=hoc"]
    assert roles["server"]["scopes"] == [
        "users:activity!user",
        "access:servers!server",
        "access:services!service=hoc",
    ]
    assert not any("services" in role for role in roles.values())


def test_without_demo_no_sample_user_is_put_into_a_group(hub_config, tmp_path):
    """Only a demo makes trainer and operator out of the sample accounts."""
    assert hub_config.JupyterHub.load_groups == {"trainers": {"users": []}, "operators": {"users": []}}
    c = Config()
    configure(c, Places(tmp_path), settings=HubSettings(port=23450, demo=True))
    assert c.JupyterHub.load_groups == {
        "trainers": {"users": ["giangvien"]},
        "operators": {"users": ["vanhanh"]},
    }


def test_inner_ports_are_three_and_different(hub_config):
    """Hub, proxy and site never take one another's port or the public one."""
    inner = {
        hub_config.JupyterHub.hub_port,
        int(hub_config.ConfigurableHTTPProxy.api_url.rsplit(":", 1)[1]),
        int(hub_config.JupyterHub.services[0]["url"].rsplit(":", 1)[1]),
    }
    assert len(inner - {23450}) == 3


def test_settings_survive_the_way_through_the_environment():
    """What `serve` decides is what the hub's process reads."""
    settings = HubSettings(host="192.0.2.1", port=8765, demo=True, https=True)
    assert HubSettings.from_environment(settings.environment()) == settings
    with pytest.raises(SetupError, match="tám nghìn"):
        HubSettings.from_environment({"HOCVUSO_PORT": "tám nghìn"})


def test_kernel_environment_names_no_hub():
    """Tokens and addresses of the hub are dropped, what Python needs is kept."""
    env = {"PATH": "/usr/bin", "HOME": "/home/x", "JUPYTER_CONFIG_DIR": "/etc/j", "LC_ALL": "C"}
    hub = {
        "JUPYTERHUB_API_TOKEN": "x",
        "JPY_API_TOKEN": "x",
        "JUPYTERHUB_USER": "x",
        "CONFIGPROXY_AUTH_TOKEN": "x",
    }
    assert kernel_environment(env | hub) == env


def test_learner_gets_no_teachers_extension_and_trainer_does():
    """Formgrader, create-assignment and the list of courses are for trainers only; a terminal is for nobody."""
    learner = learner_files("lan", home="/home/x")
    trainer = trainer_files(Path("/khoa"))
    for files, wanted in ((learner, False), (trainer, True)):
        server = json.loads(files["jupyter_server_config.json"])["ServerApp"]
        page = json.loads(files["labconfig/page_config.json"])["disabledExtensions"]
        assert server["jpserver_extensions"]["nbgrader.server_extensions.formgrader"] is wanted
        assert ("@jupyter/nbgrader:formgrader" not in page) is wanted
        assert ("@jupyter/nbgrader:create-assignment" not in page) is wanted
        assert server["terminals_enabled"] is False


def test_long_lines_wrap_in_every_jupyterlab():
    """A hint at the end of a line is read without scrolling, and code stands upright, for whoever it is."""
    for files in (learner_files("lan", home="/home/x"), trainer_files(Path("/khoa"))):
        settings = json.loads(files["labconfig/default_setting_overrides.json"])
        assert settings["@jupyterlab/notebook-extension:tracker"]["codeCellConfig"]["lineWrap"] is True
        assert json.loads(files["jupyter_server_config.json"])["LabApp"]["custom_css"] is True
        assert "font-style: normal" in files["custom/custom.css"]


def test_odd_name_stays_a_text_in_nbgraders_configuration():
    """A learner's name can't become code of the configuration that the server runs."""
    c = Config()
    name = "lan'\n__import__('os')._exit(1)#\\"
    text = learner_files(name, home="/home/x")["nbgrader_config.py"]
    exec(text, {"get_config": lambda: c})  # noqa: S102  (as traitlets does)
    assert c.CourseDirectory.student_id == name


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_page_is_plain_vietnamese_html(template):
    """Every page compiles, names no other host, has no sentence outside the catalogue; only waiting has a script."""
    text = template.read_text(encoding="utf-8")
    Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).get_template(template.name)
    assert ("<script" in text) is (template.name in {"spawn_pending.html", "stop_pending.html"})
    assert "://" not in text
    assert "| safe" not in text
    bare = re.sub(
        r"{%.*?%}|{{.*?}}|{#.*?#}|<script[^>]*>.*?</script>|<style[^>]*>.*?</style>|<[^>]*>",
        "",
        text,
        flags=re.DOTALL,
    )
    assert not re.search(r"\w", bare)


@pytest.mark.parametrize(
    ("uri", "there"),
    [
        ("/hub/login?next=%2Fservices%2Fhoc%2F", "/hub/login?next=%2Fservices%2Fhoc%2F&lang=en"),
        ("/hub/login?lang=vi&lang=xx", "/hub/login?lang=en"),
        ("/hub/oauth_callback?code=abc&state=x", "/hub/login?lang=en"),
    ],
)
def test_the_same_page_in_another_language(uri, there):
    """The way on stays in the address; a sign-in code is not used twice."""
    assert in_language(uri, "en") == there


@pytest.mark.parametrize(
    ("https", "told", "proxies"),
    [
        ("1", "", ("127.0.0.1", "::1")),
        ("0", "", ()),
        ("1", "-", ()),
        ("0", "10.0.0.2, ::1", ("10.0.0.2", "::1")),
    ],
)
def test_which_proxies_are_believed(https, told, proxies):
    """Behind HTTPS this machine's own, else those that are named; it survives the way through the environment."""
    settings = HubSettings.from_environment({"HOCVUSO_HTTPS": https, "HOCVUSO_TRUSTED_PROXIES": told})
    assert settings.trusted_proxies == proxies
    assert HubSettings.from_environment(settings.environment()) == settings
    with pytest.raises(SetupError, match="máy-chủ"):
        HubSettings.from_environment({"HOCVUSO_TRUSTED_PROXIES": "127.0.0.1,máy-chủ"})


def test_proxy_is_pinned_without_naming_a_registry():
    """The lock pins every package by its hash and no machine of ours can be read from it."""
    lock = json.loads((CHECKOUT / "deploy" / "node" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages["node_modules/configurable-http-proxy"]["version"] == "5.3.0"
    assert all("resolved" not in package and package["integrity"] for package in packages.values())
