"""``!command`` without a terminal."""

from __future__ import annotations

import pytest

from hocvuso.kernels.commands import system


def test_a_command_shows_both_its_streams_as_a_terminal_does(capsys: pytest.CaptureFixture[str]) -> None:
    """One stream, lines ended by CR LF, letters whole; and the exit status."""
    assert system("echo chào; echo lỗi >&2; printf 'ệ'; exit 3") == 3
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("chào\r\nlỗi\r\nệ", "")
