"""What comes out of the box is rebuilt from allowed pieces only."""

from __future__ import annotations

import pytest

from hocvuso.kernels.runner import _read_report, clean_output


@pytest.mark.parametrize(
    "forged",
    [
        None,
        3,
        [],
        {},
        {"output_type": "html"},
        {"output_type": {"stream": 1}},
        {"output_type": "update_display_data"},
    ],
)
def test_unknown_outputs_are_dropped(forged: object):
    """A shape that no notebook has does not get in."""
    assert clean_output(forged) is None


def test_wrong_types_inside_an_output_become_empty_text():
    """Every value that leaves is text, so nobody downstream meets a surprise."""
    assert clean_output({"output_type": "stream", "name": 7, "text": {"a": 1}}) == {
        "output_type": "stream",
        "name": "stdout",
        "text": "",
    }
    error = clean_output({"output_type": "error", "ename": 1, "traceback": "x"})
    assert error == {"output_type": "error", "ename": "", "evalue": "", "traceback": []}


def test_html_and_metadata_do_not_pass():
    """Rich forms that a page could run are left behind."""
    output = {
        "output_type": "display_data",
        "data": {"text/html": "<b>", "text/plain": ["a", "b"]},
        "metadata": {"x": 1},
    }
    assert clean_output(output) == {
        "output_type": "display_data",
        "data": {"text/plain": "ab"},
        "metadata": {},
    }


@pytest.mark.parametrize(
    "report",
    [
        b'{"ready": true}\n{"cell": 5, "outputs": []}\n{"cell": true, "outputs": []}\n',
        b'{"ready": true}\n{"cell": 0, "outputs": 3}\n',
        b'{"ready": true}\n{"cell": 0, "outp',
        b'{"ready": true}\n[1]\n{"cell": 0, "outputs": []}\n',
        b'{"ready": true}\n' + b"[" * 100_000,
    ],
)
def test_forged_or_cut_lines_prove_no_cell(report: bytes):
    """Only a well-formed record of an existing cell counts as run."""
    outcome = _read_report(report, 1, None, b"")
    assert (outcome.state, outcome.outputs) == ("killed", (None,))
