"""JupyterHub's configuration of this course; everything is decided in `hocvuso.hub.jupyterhub`.

Read from the environment: HOCVUSO_ROOT and what docs/operators.md lists.
"""

import os

from hocvuso.hub.jupyterhub import configure
from hocvuso.hub.provider_settings import ProviderSettings
from hocvuso.hub.settings import HubSettings
from hocvuso.places import find_places

settings = HubSettings.from_environment(os.environ)
provider = None if settings.demo else ProviderSettings.from_environment(os.environ)
configure(get_config(), find_places(), settings=settings, provider=provider)
