"""JupyterHub's configuration of one course, as small functions that each decide one thing.

`configure` is what `deploy/jupyterhub_config.py` calls. The hub signs people in, starts the proxy and the
site (`hocvuso.site`, the service ``hoc``; where `HubSettings.site_token_file` is set, somebody else starts it, see
`hocvuso.hub.beside`), and a JupyterLab for whoever asks for one. All its state lies in ``places.hub``.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from pathlib import Path
from typing import Any

from tornado.log import access_log
from tornado.web import RequestHandler

import hocvuso
from hocvuso.errors import SetupError
from hocvuso.hub.accounts import (
    OPERATORS,
    OWN_ACCOUNTS,
    SAMPLES,
    TRAINERS,
    HocVuSoAuthenticator,
    database_url,
    keep_way,
)
from hocvuso.hub.logs import keep_people_out
from hocvuso.hub.provider_settings import ProviderSettings
from hocvuso.hub.reader import POLICY, TEMPLATES, speak_to_readers
from hocvuso.hub.secret_files import keep_secret, make_private
from hocvuso.hub.settings import SERVICE, SITE_MAY_READ, SITE_PATH, HubSettings, site_environment
from hocvuso.hub.spawner import LabSpawner
from hocvuso.language import N_
from hocvuso.places import Places

COOKIE_DAYS = 14
PROVIDER_DAYS = 1  # groups are read when somebody signs in
_PROXY = Path("node", "node_modules", "configurable-http-proxy", "bin", "configurable-http-proxy")
_WARNING, _SERVER_ERROR = 400, 500


def configure(
    c: Any, places: Places, *, settings: HubSettings, provider: ProviderSettings | None = None
) -> None:
    """Write the whole configuration of the hub into ``c`` (a traitlets ``Config``).

    With a ``provider`` people sign in there, else with accounts of the hub's own. Makes the folders and secrets that
    the hub needs. SetupError when Node or the proxy is missing, or no port is free.
    """
    settings = settings.with_free_ports()
    make_private(places.hub)
    _addresses(c, settings)
    _state(c, places)
    _proxy(c, places, settings)
    if provider is None:
        _own_accounts(c, settings)
    else:
        _provider(c, places, settings, provider)
    keep_way(places, provider.issuer if provider else OWN_ACCOUNTS)
    _site(c, places, settings)
    _roles(c, settings)
    _pages(c, provider)
    _web(c, settings)
    c.JupyterHub.cookie_max_age_days = settings.session_days or (PROVIDER_DAYS if provider else COOKIE_DAYS)
    _labs(c, places, settings)


def find_deploy(places: Places) -> Path:
    """The folder ``deploy/``: the course's, or that of the checkout this package runs from."""
    for root in (places.root, Path(hocvuso.__file__).resolve().parents[2]):
        if (root / "deploy" / "jupyterhub_config.py").is_file():
            return root / "deploy"
    raise SetupError(N_("Thiếu thư mục deploy trong {path}: hãy tải lại toàn bộ mã nguồn."), path=places.root)


def proxy_command(places: Places) -> list[str]:
    """How to start configurable-http-proxy; SetupError says what is missing."""
    node = shutil.which("node", path=os.pathsep.join((f"{sys.prefix}/bin", os.environ.get("PATH", ""))))
    script = find_deploy(places) / _PROXY
    if node is None or not script.is_file():
        raise SetupError(N_("Chưa có Node hoặc configurable-http-proxy: hãy chạy “make setup” rồi thử lại."))
    return [node, str(script)]


def _addresses(c: Any, settings: HubSettings) -> None:
    c.JupyterHub.bind_url = settings.url
    c.JupyterHub.hub_ip = "127.0.0.1"
    c.JupyterHub.hub_port = settings.hub_port
    c.JupyterHub.default_url = SITE_PATH


def _state(c: Any, places: Places) -> None:
    c.JupyterHub.db_url = database_url(places)
    c.JupyterHub.cookie_secret_file = str(places.hub / "cookie_secret")
    c.JupyterHub.pid_file = str(places.hub / "jupyterhub.pid")
    keep_secret(places.hub / "cookie_secret", lambda: secrets.token_hex(32))


def _proxy(c: Any, places: Places, settings: HubSettings) -> None:
    c.JupyterHub.proxy_class = "configurable-http-proxy"
    c.ConfigurableHTTPProxy.command = proxy_command(places)
    # at its usual level it would log a route, and in it a name, for every JupyterLab
    c.ConfigurableHTTPProxy.log_level = "error"
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxy_port}"
    c.ConfigurableHTTPProxy.auth_token = keep_secret(
        places.hub / "proxy_token", lambda: secrets.token_hex(32)
    )
    c.ConfigurableHTTPProxy.pid_file = str(places.hub / "proxy.pid")


def _own_accounts(c: Any, settings: HubSettings) -> None:
    c.JupyterHub.authenticator_class = HocVuSoAuthenticator
    c.HocVuSoAuthenticator.demo = settings.demo
    c.HocVuSoAuthenticator.allow_all = True  # everyone whose account an operator made; there is no sign-up
    c.HocVuSoAuthenticator.enable_signup = False
    c.HocVuSoAuthenticator.limits = settings.limits
    c.HocVuSoAuthenticator.trusted_proxies = list(settings.trusted_proxies)
    members = {
        group: [name for name, of in SAMPLES.items() if of == group] for group in (TRAINERS, OPERATORS)
    }
    c.JupyterHub.load_groups = {g: {"users": names if settings.demo else []} for g, names in members.items()}


def _provider(c: Any, places: Places, settings: HubSettings, provider: ProviderSettings) -> None:
    from hocvuso.hub.oidc import ProviderAuthenticator  # all of oauthenticator

    c.JupyterHub.authenticator_class = ProviderAuthenticator
    c.ProviderAuthenticator.settings = provider
    c.ProviderAuthenticator.limits = settings.limits
    c.ProviderAuthenticator.trusted_proxies = list(settings.trusted_proxies)
    c.ProviderAuthenticator.subjects_key = keep_secret(
        places.hub / "subjects_key", lambda: secrets.token_hex(32)
    )
    c.ProviderAuthenticator.manage_groups = True
    c.ProviderAuthenticator.enable_auth_state = False


def _site(c: Any, places: Places, settings: HubSettings) -> None:
    service: dict[str, object] = {
        "name": SERVICE,
        "url": f"http://127.0.0.1:{settings.site_port}",
        "oauth_no_confirm": True,
        "oauth_client_allowed_scopes": list(SITE_MAY_READ),
    }
    if settings.site_token_file is not None:
        service["api_token"] = settings.site_token()
    else:
        service["command"] = list(settings.site_command)
        service["cwd"] = str(places.root)
        service["environment"] = site_environment(places.root, settings) | {
            "JUPYTERHUB_COOKIE_OPTIONS": json.dumps(settings.cookie_options)
        }
    c.JupyterHub.services = [service]


def _roles(c: Any, settings: HubSettings) -> None:
    del settings
    c.JupyterHub.load_roles = [
        {"name": "user", "scopes": ["self", f"access:services!service={SERVICE}"]},
        # what the token in a JupyterLab may do: say that its own server is in use, open that server, and be its user
        # at the site, where lessons are fetched and handed in
        {
            "name": "server",
            "scopes": ["users:activity!user", "access:servers!server", f"access:services!service={SERVICE}"],
        },
        {
            "name": "operator",
            "description": "sees who is signed in, stops a JupyterLab that runs wild",
            "scopes": [
                "admin-ui",
                "list:users",
                "read:users:activity",
                "read:servers",
                "delete:servers",
                "read:hub",
            ],
            "groups": [OPERATORS],
        },
    ]


def _pages(c: Any, provider: ProviderSettings | None) -> None:
    c.JupyterHub.template_paths = [str(TEMPLATES)]
    c.JupyterHub.template_vars = {"site_url": SITE_PATH, "provider": provider.called if provider else ""}
    speak_to_readers()


def _web(c: Any, settings: HubSettings) -> None:
    c.JupyterHub.tornado_settings = {
        "cookie_options": settings.cookie_options,
        "headers": {
            "Content-Security-Policy": POLICY,
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        },
        "log_function": log_without_people,
    }
    c.JupyterHub.log_level = "WARN"
    keep_people_out()
    c.JupyterHub.allow_named_servers = False
    c.JupyterHub.shutdown_on_logout = True
    c.JupyterHub.oauth_require_pkce = True  # site and JupyterLabs send it
    c.JupyterHub.activity_resolution = 300
    c.JupyterHub.last_activity_interval = 600
    c.JupyterHub.concurrent_spawn_limit = 4
    c.JupyterHub.extra_log_handlers = []


def _labs(c: Any, places: Places, settings: HubSettings) -> None:
    c.JupyterHub.spawner_class = LabSpawner
    c.LabSpawner.course_root = str(places.root)
    c.LabSpawner.site_url = f"http://127.0.0.1:{settings.site_port}{SITE_PATH}"
    c.LabSpawner.default_url = "/lab"
    c.LabSpawner.disable_user_config = True
    c.LabSpawner.start_timeout = 90
    c.LabSpawner.http_timeout = 90
    c.LabSpawner.environment = {"JUPYTERHUB_ACTIVITY_INTERVAL": "600"}


def log_without_people(handler: RequestHandler) -> None:
    """One line for a request that failed: status, method, kind of page; no name, address or query."""
    status = handler.get_status()
    if status < _WARNING:
        return
    write = access_log.error if status >= _SERVER_ERROR else access_log.warning
    write("%d %s by %s", status, handler.request.method, type(handler).__name__)
