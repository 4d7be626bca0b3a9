"""The notebook that is run, and what it becomes for formgrader: the master's cells with the learner's in their places.

Of the handed-in file only texts are taken (and pictures that a learner pasted into an answer); metadata, outputs and
widget states are not. HTML in a learner's Markdown is shown as the text that it is: formgrader would run it.
"""

from __future__ import annotations

import base64
import binascii
import re
import sys
from typing import TYPE_CHECKING, Any

from nbformat import v4 as untyped_v4

from hocvuso.lessons.any_master import MasterCell, NotebookMaster
from hocvuso.lessons.compose import Placed, compose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hocvuso.lessons.handed_in import HandedCell

v4: Any = untyped_v4  # nbformat's builders have no types
_PICTURES = ("image/png", "image/jpeg", "image/gif")
_TAG = re.compile(r"<(?=[a-zA-Z/!?])")
_JOINER = "\u2060"  # takes no room: the text looks as it was typed, but no browser takes it for a tag
PUT_BACK = "This cell (id:{id}) was missing from the submission. It was added back.\n\n"
_LANGUAGE = {
    "name": "python",
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "pygments_lexer": "ipython3",
    "codemirror_mode": {"name": "ipython", "version": 3},
    "nbconvert_exporter": "python",
    "version": ".".join(map(str, sys.version_info[:3])),
}


def build(master: NotebookMaster, handed: Sequence[HandedCell], skip_tag: str) -> Any:
    """The notebook to run: an nbformat notebook without outputs, every known cell with the master's metadata."""
    known = {cell.id: cell for cell in master.cells}
    placed = compose([cell.id for cell in master.cells], handed, lambda cell: cell.grade_id)
    cells = []
    for number, place in enumerate(placed):
        its = known[place.known] if place.known else None
        cell = _known(its, place.handed, skip_tag) if its else _own(place, skip_tag)
        if cell is not None:
            cell["id"] = f"c{number}"
            cells.append(cell)
    metadata = {"kernelspec": dict(master.kernelspec), "language_info": dict(_LANGUAGE)}
    return v4.new_notebook(
        cells=cells, metadata=metadata if master.kernelspec else {"language_info": _LANGUAGE}
    )


def _known(master: MasterCell, handed: HandedCell | None, skip_tag: str) -> Any:
    """The master's cell with the learner's text where it is theirs to write; None for a solution that is gone."""
    metadata: dict[str, Any] = {"nbgrader": master.metadata()}
    claimed = master.tags if master.locked or handed is None else handed.tags
    if skip_tag in claimed:
        metadata["tags"] = [skip_tag]
    if master.locked:
        source = master.source
    elif handed is not None:
        source = handed.source
    elif master.grade or master.task:  # a person looks for the answer elsewhere in the notebook
        source = ("# " if master.kind == "code" else "") + PUT_BACK.format(id=master.id) + master.source
    else:
        return None
    if master.locked:
        metadata |= {"deletable": False, "editable": False}
    return _cell(master.kind, source, metadata, handed)


def _own(place: Placed[HandedCell], skip_tag: str) -> Any:
    assert place.handed is not None  # noqa: S101  (what is not known was handed in)
    tags = sorted({skip_tag} & place.handed.tags)
    return _cell(place.handed.kind, place.handed.source, {"tags": tags} if tags else {}, place.handed)


def _cell(kind: str, source: str, metadata: dict[str, Any], handed: HandedCell | None) -> Any:
    if kind == "code":
        return v4.new_code_cell(source, metadata=metadata)
    made = v4.new_markdown_cell if kind == "markdown" else v4.new_raw_cell
    cell = made(source, metadata=metadata)
    pictures = _pictures(handed) if handed else {}
    if pictures:
        cell["attachments"] = pictures
    return cell


def _pictures(handed: HandedCell) -> dict[str, dict[str, str]]:
    kept: dict[str, dict[str, str]] = {}
    for name, versions in handed.attachments.items():
        for kind in _PICTURES:
            data = versions.get(kind) if isinstance(versions, dict) else None
            if isinstance(data, str) and _is_base64(data):
                kept.setdefault(name, {})[kind] = data
    return kept


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return False
    return True


def without_html(notebook: Any) -> Any:
    """``notebook`` with the Markdown that learners wrote made harmless; the author's stays."""
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        theirs = not about or about["solution"]
        if theirs and cell["cell_type"] != "code":
            cell["source"] = _TAG.sub("<" + _JOINER, cell["source"])
    return notebook


def is_skipped(cell: Any, skip_tag: str) -> bool:
    """Whether nbclient would not run a code cell. A test runs whatever its tags are."""
    if not cell["source"].strip():
        return True
    about = cell["metadata"].get("nbgrader", {})
    return not about.get("grade") and skip_tag in cell["metadata"].get("tags", [])
