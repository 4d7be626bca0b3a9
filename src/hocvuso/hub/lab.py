"""The process inside the box that is a user's JupyterLab: ``python -I -m hocvuso.hub.lab``.

It promises that the hub's token stays with it. The token comes through a pipe and is never in an environment
block that another process could read; the process can't be traced or read by the kernels beside it; and
kernels start with an environment that names no hub.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import sys
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyterhub.singleuser.extension import JupyterHubSingleUser

from hocvuso.exchange import site_lessons
from hocvuso.exchange.site_door import SiteDoor
from hocvuso.hub.logs import keep_people_out

SITE_URL = "HOCVUSO_SITE_URL"
SECRETS_FD = "HOCVUSO_LAB_SECRETS_FD"
SECRET_NAMES = ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN")
_PR_SET_DUMPABLE = 4
_KERNEL_MAY_SEE = re.compile(
    r"PATH|HOME|USER|SHELL|LANG|LC_\w+|TZ|TERM|VIRTUAL_ENV|PYTHON\w+|JUPYTER_\w+|JPY_SESSION_NAME"
    r"|OPENBLAS_NUM_THREADS|OMP_NUM_THREADS|HOCVUSO_ROOT|HOCVUSO_GRADEBOOK"
)


def kernel_environment(env: dict[str, str]) -> dict[str, str]:
    """Of ``env``, what a kernel may see: nothing of the hub."""
    return {name: value for name, value in env.items() if _KERNEL_MAY_SEE.fullmatch(name)}


class CleanKernels(AsyncMappingKernelManager):
    """Kernels whose environment holds no token and no address of the hub."""

    async def _async_start_kernel(self, **kwargs: Any) -> str:
        env = kernel_environment(kwargs.get("env") or dict(os.environ))
        return str(await super()._async_start_kernel(**(kwargs | {"env": env})))

    start_kernel = _async_start_kernel  # type: ignore[assignment]  # as the base class does


def close_to_neighbours() -> None:
    """Make this process's memory and environment unreadable for others of the same user."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_DUMPABLE)")


def take_secrets() -> None:
    """Read the tokens from the pipe into this process's own environment, which only it can see now."""
    with os.fdopen(int(os.environ.pop(SECRETS_FD)), encoding="utf-8") as pipe:
        os.environ.update(
            {name: str(value) for name, value in json.load(pipe).items() if name in SECRET_NAMES}
        )


def forget_secrets(app: Any) -> None:
    """Let the parts of the server that need the token take it; then no child can inherit it any more."""
    parts = [app.identity_provider]
    for apps in app.extension_manager.extension_apps.values():
        parts += [part for part in apps if isinstance(part, JupyterHubSingleUser)]
    for part in parts:
        if not part.hub_auth.api_token:  # read here for the first time, and kept from then on
            raise RuntimeError(f"{type(part).__name__} has no token of the hub")
    for name in SECRET_NAMES:
        os.environ.pop(name, None)


def open_door(app: Any) -> None:
    """Let nbgrader's assignment list reach the site with this server's own token, from this process's memory."""
    if url := os.environ.pop(SITE_URL, ""):
        site_lessons.site.use(SiteDoor(url, app.identity_provider.hub_auth.api_token))


def main() -> None:
    """Run the user's server until it is told to stop."""
    close_to_neighbours()
    take_secrets()
    keep_people_out().know(os.environ.get("JUPYTERHUB_USER", ""))
    app = JupyterHubSingleUser.initialize_server(sys.argv[1:])
    forget_secrets(app)
    open_door(app)
    app.start()


if __name__ == "__main__":
    main()
