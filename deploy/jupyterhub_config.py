"""JupyterHub's configuration of this course; everything is decided in `hocvuso.hub.jupyterhub`.

Read from the environment: HOCVUSO_ROOT, HOCVUSO_HOST, HOCVUSO_PORT, HOCVUSO_HTTPS, HOCVUSO_DEMO.
"""

import os

from hocvuso.hub.jupyterhub import configure
from hocvuso.hub.settings import HubSettings
from hocvuso.places import find_places

configure(get_config(), find_places(), settings=HubSettings.from_environment(os.environ))
