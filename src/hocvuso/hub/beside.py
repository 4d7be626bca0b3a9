"""``python -m hocvuso.hub.beside``: the site as a process beside the hub, for instance of another system user.

Tells the site what the hub would tell it if it had started it. The token comes from a file and is in no process's
environment block.
"""

from __future__ import annotations

import json
import os

from hocvuso.hub.settings import SERVICE, SITE_MAY_READ, SITE_PATH, HubSettings, site_environment
from hocvuso.places import Places, find_places


def site_variables(places: Places, settings: HubSettings) -> dict[str, str]:
    """What the hub of the same ``settings`` tells a site that it starts; SetupError without a token."""
    settings = settings.with_free_ports()
    access = json.dumps([f"access:services!service={SERVICE}"])
    return site_environment(places.root, settings) | {
        "JUPYTERHUB_API_TOKEN": settings.site_token(),
        "JUPYTERHUB_API_URL": f"http://127.0.0.1:{settings.hub_port}/hub/api",
        "JUPYTERHUB_BASE_URL": "/",
        "JUPYTERHUB_CLIENT_ID": f"service-{SERVICE}",
        "JUPYTERHUB_COOKIE_OPTIONS": json.dumps(settings.cookie_options),
        "JUPYTERHUB_HOST": "",
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": access,
        "JUPYTERHUB_OAUTH_CALLBACK_URL": f"{SITE_PATH}oauth_callback",
        "JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES": json.dumps(SITE_MAY_READ),
        "JUPYTERHUB_OAUTH_SCOPES": access,
        "JUPYTERHUB_SERVICE_NAME": SERVICE,
        "JUPYTERHUB_SERVICE_PREFIX": SITE_PATH,
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{settings.site_port}",
    }


def main() -> None:
    """Serve until told to stop."""
    os.environ |= site_variables(find_places(), HubSettings.from_environment(os.environ))
    from hocvuso.site.service import (
        main as serve_site,
    )  # jupyterhub reads the environment when it is imported

    serve_site()


if __name__ == "__main__":
    main()
