"""Kernels of live examples: started for one learner, boxed, few per learner, ended when nobody uses them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from weakref import WeakSet

import zmq
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.connection.base import (
    deserialize_binary_message,
    deserialize_msg_from_ws_v1,
)
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyter_server.utils import ApiPath
from tornado import websocket
from traitlets import Integer, default
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from hocvuso.errors import HocVuSoError
from hocvuso.kernels.sandbox import clean_env
from hocvuso.language import N_

SPEC = "python3"
PROVISIONER = "hocvuso-zygote"
# libzmq's default of 1023 per context ends a service at about 170 connected learners, at 6 sockets each
SOCKETS = 65_000
WIDGET_MESSAGES = frozenset(
    {"comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request"}
)
WIDGET_TARGETS = frozenset({"jupyter.widget", "jupyter.widget.control"})
SIGNED_OUT = 4401  # a websocket's own range; as HTTP's 401


class NoRoomError(HocVuSoError):
    """The machine runs as many live examples as it may."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Whose kernel is being started."""

    learner: str


OPENING: ContextVar[Opening] = ContextVar("hocvuso_opening")


def may_pass(channel: str | None, kind: object, content: Mapping[str, Any]) -> bool:
    """Whether a browser may send its kernel this message: what widgets need, and nothing that runs or ends it."""
    if channel != "shell" or str(kind) not in WIDGET_MESSAGES:
        return False
    return kind != "comm_open" or str(content.get("target_name")) in WIDGET_TARGETS


class WidgetLine(ZMQChannelsWebsocketConnection):
    """Passes on what `may_pass`, and drops the rest without a word."""

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Look into the message in whichever of the three forms it came; whatever is malformed raises."""
        if self.subprotocol == "v1.kernel.websocket.jupyter.org":
            channel, parts = deserialize_msg_from_ws_v1(incoming_msg)  # type: ignore[no-untyped-call]
            header, content = self.session.unpack(parts[0]), self.session.unpack(parts[3])
        else:
            read = deserialize_binary_message if isinstance(incoming_msg, bytes) else json.loads
            message = read(incoming_msg)
            channel, header, content = message.get("channel"), message["header"], message.get("content")
        if may_pass(channel, header["msg_type"], content or {}):
            super().handle_incoming_message(incoming_msg)


class KernelSocket(VoilaKernelWebsocketHandler):  # type: ignore[misc]  # voila is untyped for us
    """A learner's line to their kernel, closed when they sign out."""

    async def open(self, kernel_id: str) -> None:
        """Connect, and let the kernels know who listens."""
        self.kernel_manager.lines.add(self)
        await super().open(kernel_id)

    def on_message(self, ws_message: str | bytes) -> None:
        """Pass the message on; a malformed one ends the line, and no log repeats what was in it."""
        try:
            super().on_message(ws_message)
        except websocket.WebSocketError:
            raise
        except Exception:  # noqa: BLE001  (whatever a hostile browser sends)
            self.close(1007)


class BoxedSpecs(KernelSpecManager):
    """One kernel: this Python, through the zygotes' provisioner. What the machine has installed is not offered."""

    def find_kernel_specs(self) -> dict[str, str]:
        """Only our own spec; it has no resources on disk."""
        return {SPEC: ""}

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Our spec; NoSuchKernel for any other name."""
        if kernel_name != SPEC:
            raise NoSuchKernel(kernel_name)
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
            metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER}},
        )

    def get_all_specs(self) -> dict[str, Any]:
        """What Voila looks through to mend a notebook's kernel name."""
        return {SPEC: {"resource_dir": "", "spec": self.get_kernel_spec(SPEC).to_dict()}}


class LearnerKernels(AsyncMappingKernelManager):
    """Starts a kernel only on behalf of a learner (``OPENING``) and remembers whose it is.

    The environment is the sandbox's: nothing of the service's own, no token of the hub.
    """

    per_learner = Integer(3, config=True, help="live examples that one learner may have at once")
    in_all = Integer(200, config=True, help="live examples at once on this machine")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self._owners: dict[str, str] = {}
        self.lines: WeakSet[KernelSocket] = WeakSet()
        self._starting = 0

    @default("context")
    def _roomy_context(self) -> zmq.asyncio.Context:
        self._created_context = True
        context = zmq.asyncio.Context()
        context.set(zmq.MAX_SOCKETS, SOCKETS)
        return context

    def owner_of(self, kernel_id: str) -> str | None:
        """The learner for whom ``kernel_id`` was started; None when there is no such kernel."""
        return self._owners.get(kernel_id)

    async def _async_start_kernel(
        self, *, kernel_id: str | None = None, path: ApiPath | None = None, **kwargs: Any
    ) -> str:
        """Start a boxed kernel for the learner of ``OPENING``; LookupError without one."""
        learner = OPENING.get().learner
        await self._make_room(learner)
        self._starting += 1
        try:
            started: str = await super()._async_start_kernel(
                kernel_id=kernel_id, path=path, **kwargs | {"env": clean_env()}
            )
        finally:
            self._starting -= 1
        self._owners[started] = learner
        return started

    start_kernel = _async_start_kernel  # type: ignore[assignment]  # as jupyter_server itself does

    def remove_kernel(self, kernel_id: str) -> Any:
        """Forget the kernel and its owner."""
        self._owners.pop(kernel_id, None)
        return super().remove_kernel(kernel_id)

    async def lives(self, kernel_id: str, learner: str) -> bool:
        """Whether the kernel is this learner's and its process runs: then it is in use now. A dead one is forgotten."""
        if self.owner_of(kernel_id) != learner or kernel_id not in self:
            return False
        alive = bool(await ensure_async(self.is_alive(kernel_id)))
        if alive:
            cast("Any", self.get_kernel(kernel_id)).last_activity = datetime.now(UTC)
        else:
            await self.end(kernel_id)
        return alive

    async def end(self, kernel_id: str) -> None:
        """End the kernel now, if it still runs."""
        if kernel_id in self:
            await self.shutdown_kernel(kernel_id, now=True)  # type: ignore[no-untyped-call]

    async def end_all(self, learner: str) -> None:
        """Close the learner's lines and end their kernels."""
        for line in [line for line in self.lines if line.current_user.username == learner]:
            line.close(SIGNED_OUT)
        for kernel_id in [kernel for kernel, owner in self._owners.items() if owner == learner]:
            await self.end(kernel_id)

    async def _make_room(self, learner: str) -> None:
        """End the learner's least recently used kernels above the limit; NoRoomError when the machine is full."""
        own = [k for k, owner in self._owners.items() if owner == learner and k in self]
        own.sort(key=lambda k: cast("Any", self.get_kernel(k)).last_activity)
        for kernel_id in own[: max(0, len(own) - self.per_learner + 1)]:
            await self.end(kernel_id)
        if len(self) + self._starting >= self.in_all:
            raise NoRoomError(N_("Hiện có nhiều người đang mở ví dụ tương tác. Hãy thử lại sau ít phút."))
