"""Who is asking: JupyterHub's word, by OAuth, and nothing that a browser sends beside it."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth import Authorizer
from jupyterhub.singleuser.extension import JupyterHubIdentityProvider, JupyterHubOAuthCallbackHandler
from jupyterhub.utils import url_path_join
from traitlets import Unicode, default

from hocvuso.site.sign_out import HubsWord, SignedOut


class HubIdentity(JupyterHubIdentityProvider):  # type: ignore[misc]  # jupyterhub is untyped for us
    """Signs people in at the hub; ``current_user.username`` is the hub's user name."""

    # Voila passes token="" and jupyter_server shows this one to templates. The base class's property would
    # refuse the first and hand out the service's own API token in the second.
    token = Unicode("")

    @default("hub_auth")
    def _hubs_word(self) -> HubsWord:
        return HubsWord(parent=self)

    def get_handlers(self) -> list[tuple[Any, ...]]:
        """Sign-out, ours and as the hub tells of it, and the OAuth callback, below the service's prefix."""
        prefix = self.hub_auth.base_url
        callback = {"hub_auth": self.hub_auth}
        return [  # Voila does not add the prefix
            (url_path_join(prefix, "api/signed-out"), SignedOut, {"hub": self.hub_auth}),
            (url_path_join(prefix, "logout"), self.logout_handler_class),
            (url_path_join(prefix, "oauth_callback"), JupyterHubOAuthCallbackHandler, callback),
        ]


class OwnKernelsOnly(Authorizer):
    """Lets a learner reach the kernels that were started for them, and refuses all else that asks."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        """Whether ``user`` owns the kernel that the path names."""
        del action, resource
        kernel_id = handler.path_kwargs.get("kernel_id")
        if not user or not kernel_id:
            return False
        return bool(handler.kernel_manager.owner_of(kernel_id) == user.username)
