"""A learner in a live lesson: the page, the line to the kernel, a widget that is touched and an answer to it."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import aiohttp
from tests.load.learner import Learner, NotServedError
from tests.load.seen import NO_ANSWER, Seen

OPENED = "live: line to the kernel opened, widgets known"
TOUCHED = "live: widget touched and answered"
PATIENCE = 180
_KERNEL = re.compile(r'"kernelId":\s*"([0-9a-f-]{36})"')


@dataclass(frozen=True, slots=True)
class Visit:
    """How a live lesson is used: touched every ``pace`` seconds until ``leave`` is set."""

    path: str
    pace: float
    leave: asyncio.Event


async def visit(learner: Learner, plan: Visit, seen: Seen, *, arrived: Callable[[str], None]) -> None:
    """Open the live lesson and use it as planned; ``arrived`` is told the name when a widget first answered."""
    path = plan.path
    page = await learner.open_live(path, seen)
    found = _KERNEL.search(page)
    if not found:
        seen.failures["live: a page without a kernel"] += 1
        raise NotServedError(path)
    try:
        started = perf_counter()
        async with asyncio.timeout(PATIENCE):
            line = await learner.connect(f"api/kernels/{found[1]}/channels")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        seen.note(OPENED, getattr(error, "status", NO_ANSWER), perf_counter() - started)
        raise NotServedError(path) from error
    async with line:
        await _use(line, plan, seen, arrived=lambda: arrived(learner.name), started=started)


async def _use(line: Any, plan: Visit, seen: Seen, *, arrived: Callable[[], None], started: float) -> None:
    kernel = _Kernel(line)
    try:
        async with asyncio.timeout(PATIENCE):
            box, ticked = await kernel.find_box()
        seen.note(OPENED, 200, perf_counter() - started)
        while True:
            ticked = not ticked
            started = perf_counter()
            async with asyncio.timeout(PATIENCE):
                await kernel.tick(box, ticked)
            seen.note(TOUCHED, 200, perf_counter() - started)
            arrived()
            try:
                await asyncio.wait_for(plan.leave.wait(), plan.pace)
            except TimeoutError:
                continue
            return
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        seen.note(TOUCHED, NO_ANSWER, perf_counter() - started)
        raise NotServedError(TOUCHED) from error


class _Kernel:
    """The widgets' side of Jupyter's protocol, as much of it as a page with boxes to tick needs."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self._line, self._session = line, uuid.uuid4().hex

    async def find_box(self) -> tuple[str, bool]:
        """Ask for all widgets, as a page does when it has loaded; the id of one to tick, and whether it is ticked."""
        control = uuid.uuid4().hex
        opening = {"comm_id": control, "target_name": "jupyter.widget.control", "data": {}}
        await self._send("comm_open", opening, {"version": "1.0.0"})
        asking = await self._send(
            "comm_msg", {"comm_id": control, "data": {"method": "request_states"}}, None
        )
        states: dict[str, Any] = {}
        for message in await self._until_idle(asking):
            data = message["content"].get("data", {})
            if data.get("method") == "update_states":
                states |= data["states"]
        for name, state in states.items():
            if state.get("model_name") == "CheckboxModel":
                return name, bool(state["state"]["value"])
        raise ValueError(f"no box to tick among {len(states)} widgets")

    async def tick(self, box: str, value: bool) -> None:  # noqa: FBT001  (the box's own value)
        """Tick or untick; ValueError unless the kernel changed something that the learner sees."""
        data = {"method": "update", "state": {"value": value}, "buffer_paths": []}
        touching = await self._send("comm_msg", {"comm_id": box, "data": data}, None)
        changed = [
            message
            for message in await self._until_idle(touching)
            if message["msg_type"] == "comm_msg"
            and message["content"]["comm_id"] != box
            and message["content"]["data"].get("method") == "update"
        ]
        if not changed:
            raise ValueError("the kernel took the tick and changed nothing")

    async def _send(self, kind: str, content: dict[str, Any], metadata: dict[str, Any] | None) -> str:
        sent = uuid.uuid4().hex
        header = {
            "msg_id": sent,
            "msg_type": kind,
            "username": "",
            "session": self._session,
            "version": "5.3",
            "date": "",
        }
        await self._line.send_json(
            {
                "header": header,
                "parent_header": {},
                "metadata": metadata or {},
                "content": content,
                "channel": "shell",
                "buffers": [],
            }
        )
        return sent

    async def _until_idle(self, sent: str) -> list[dict[str, Any]]:
        """What the kernel says about the message ``sent``, until it has done with it."""
        said = []
        while True:
            heard = await self._line.receive()
            if heard.type != aiohttp.WSMsgType.TEXT:
                raise ValueError(f"the line ended: {heard.type.name}")
            message = json.loads(heard.data)
            if message["parent_header"].get("msg_id") != sent:
                continue
            said.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return said
