"""What a browser may send to its kernel."""

from __future__ import annotations

import pytest

from hocvuso.site.kernels import may_pass


@pytest.mark.parametrize(
    ("channel", "kind", "content", "passes"),
    [
        ("shell", "comm_open", {"target_name": "jupyter.widget"}, True),
        ("shell", "comm_msg", {"comm_id": "a"}, True),
        ("shell", "kernel_info_request", {}, True),
        ("shell", "comm_open", {"target_name": "__import__"}, False),
        ("shell", "comm_open", {}, False),
        ("shell", "comm_open", {"target_name": ["jupyter.widget"]}, False),
        ("shell", "execute_request", {"code": "1"}, False),
        ("shell", "shutdown_request", {}, False),
        ("control", "shutdown_request", {}, False),
        ("control", "debug_request", {}, False),
        ("control", "kernel_info_request", {}, False),
        ("stdin", "input_reply", {"value": "1"}, False),
        (None, "comm_msg", {}, False),
        ("shell", None, {}, False),
        ("shell", ["comm_msg"], {}, False),
    ],
)
def test_widgets_messages_pass_and_no_others(channel, kind, content, passes):
    """On the shell channel, of widgets' targets; whatever the browser put where a name belongs."""
    assert may_pass(channel, kind, content) is passes
