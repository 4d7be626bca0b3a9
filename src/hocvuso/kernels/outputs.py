"""What cells show, kept by the rules of nbclient: which message becomes an output of which cell.

Messages are those of a Jupyter kernel (stream, display_data, update_display_data, execute_result, error,
clear_output, comm_…), outputs are nbformat's. One difference, on purpose: text of one stream that follows
itself is one output. Where nbclient splits it depends on the clock.

What a cell may show is bounded while it is produced: `Budget` stops the cell, not the reader.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Output = dict[str, Any]  # one notebook output, in nbformat's shape
Content = dict[str, Any]  # the content of one message, as unpacked from JSON
CALL = -1  # the place of what is shown outside of any cell
_KEPT_OF_AN_ERROR = 4_000


class TooMuchOutput(BaseException):
    """A cell showed more than it may. No Exception: code that catches those should stop all the same."""


@dataclass
class Budget:
    """How much (about bytes of JSON) the running cell may still show."""

    limit: int
    used: int = 0
    spent: bool = False

    def take(self, size: int) -> None:
        """Count ``size`` more (or less); TooMuchOutput when that is too much, and from then on always."""
        if self.spent or self.used + size > self.limit:
            self.spent = True
            raise TooMuchOutput(f"a cell may show {self.limit} bytes, not more")
        self.used = max(0, self.used + size)

    def renew(self) -> None:
        """A new cell, or a cell whose outputs were cleared."""
        self.used, self.spent = 0, False


@dataclass(frozen=True, slots=True)
class Shown:
    """What one run showed; ``earlier``: all outputs of those earlier cells whose displays it changed."""

    outputs: list[Output]
    earlier: dict[int, list[Output]]


@dataclass(slots=True)
class _Entry:
    output: Output
    size: int
    text: list[str] | None = None  # a stream's pieces: joining at each print would be quadratic

    def shown(self) -> Output:
        return self.output if self.text is None else {**self.output, "text": "".join(self.text)}


@dataclass(slots=True)
class _Widget:
    """An Output widget, as far as nbclient mimics its front end: it swallows what a cell shows inside it."""

    ident: str
    outputs: list[Output]
    listens: str = ""
    clear_next: bool = False


@dataclass
class Outputs:
    """The outputs of all cells of one notebook, as messages come in."""

    budget: Budget
    _cell: int = CALL
    _parent: str | None = None
    _cells: dict[int, list[_Entry]] = field(default_factory=dict)
    _displays: dict[str, dict[int, list[_Entry]]] = field(default_factory=dict)
    _changed: set[int] = field(default_factory=set)
    _clear_next: bool = False
    _widgets: dict[str, _Widget] = field(default_factory=dict)
    _listening: dict[str, list[_Widget]] = field(default_factory=dict)
    _replies: list[tuple[str, Content]] = field(default_factory=list)

    def begin(self, cell: int, parent: str) -> None:
        """From now on messages whose parent is the request ``parent`` belong to ``cell``; others go nowhere."""
        self._cell, self._parent = cell, parent
        self._cells[cell] = []
        self._forget_displays()
        self._changed = set()
        self._clear_next = False
        self.budget.renew()

    def finish(self) -> Shown:
        """What the cell that `begin` named has shown; later messages go nowhere."""
        self._parent = None
        entries = self._cells[self._cell]
        earlier = {cell: [entry.shown() for entry in self._cells[cell]] for cell in sorted(self._changed)}
        shown = Shown([entry.shown() for entry in entries], earlier)
        if not any(self._cell in places for places in self._displays.values()):
            del self._cells[self._cell]  # nothing can change it any more
        return shown

    def replies(self) -> list[tuple[str, Content]]:
        """What a front end would send back to the kernel by now: (message type, content)."""
        replies, self._replies = self._replies, []
        return replies

    def has_error(self, name: str) -> bool:
        """Whether the running cell shows an error of that name."""
        entries = self._cells.get(self._cell, ())
        return any(e.output["output_type"] == "error" and e.output["ename"] == name for e in entries)

    def add(self, kind: str, parent: str | None, content: Content, size: int) -> None:
        """One message of the kernel; TooMuchOutput when the cell's budget doesn't allow it."""
        if parent is None or parent != self._parent:
            return
        if kind == "clear_output":
            self._clear(wait=bool(content.get("wait")))
        elif kind.startswith("comm_"):
            self._comm(kind, content)
        elif kind == "stream":
            self._stream(content, size)
        elif kind == "error":
            self.add_error(content, size)
        elif kind in {"display_data", "execute_result", "update_display_data"}:
            self._display(kind, content, size)

    def add_error(self, content: Content, size: int = 0) -> None:
        """An error is always shown, cut short when the budget is spent."""
        fields = {"ename": content["ename"], "evalue": content["evalue"], "traceback": content["traceback"]}
        try:
            self.budget.take(size)
        except TooMuchOutput:
            if self.has_error(fields["ename"]):
                return
            fields["evalue"] = fields["evalue"][:_KEPT_OF_AN_ERROR]
            fields["traceback"] = ["\n".join(fields["traceback"])[-_KEPT_OF_AN_ERROR:]]
        self._append(_Entry({"output_type": "error", **fields}, size))

    def _stream(self, content: Content, size: int) -> None:
        name, text = content["name"], content["text"]
        entries = self._begin_output({"output_type": "stream", "name": name, "text": text})
        if entries is None:
            return
        last = entries[-1] if entries else None
        if last is not None and last.text is not None and last.output["name"] == name:
            last.text.append(text)
        else:
            entries.append(_Entry({"output_type": "stream", "name": name}, size, [text]))

    def _display(self, kind: str, content: Content, size: int) -> None:
        data, metadata = content["data"], content.get("metadata") or {}
        transient = content.get("transient")
        display = transient.get("display_id") if isinstance(transient, dict) else None
        if isinstance(display, str) and display:
            self._update(display, data, metadata, size)
        if kind == "update_display_data":
            return
        self.budget.take(size)
        output: Output = {"output_type": kind, "data": data, "metadata": metadata}
        if kind == "execute_result":
            output["execution_count"] = content.get("execution_count")
        entry = _Entry(output, size)
        if self._append(entry) and isinstance(display, str) and display:
            self._displays.setdefault(display, {}).setdefault(self._cell, []).append(entry)

    def _update(self, display: str, data: Content, metadata: Content, size: int) -> None:
        for cell, entries in self._displays.get(display, {}).items():
            for entry in entries:
                self.budget.take(size - entry.size)
                entry.output |= {"data": data, "metadata": metadata}
                entry.size = size
            if cell != self._cell and entries:
                self._changed.add(cell)

    def _append(self, entry: _Entry) -> bool:
        entries = self._begin_output(entry.output)
        if entries is None:
            return False
        entries.append(entry)
        return True

    def _begin_output(self, output: Output) -> list[_Entry] | None:
        """Where the next output goes; None when an Output widget has taken it."""
        listening = self._listening.get(self._parent or "")
        if listening:
            self._into_widget(listening[-1], output)
            return None
        if self._clear_next:
            self._clear(wait=False)
        return self._cells[self._cell]

    def _clear(self, *, wait: bool) -> None:
        listening = self._listening.get(self._parent or "")
        if listening:
            widget = listening[-1]
            widget.clear_next = wait
            if not wait:
                widget.outputs = []
                self._sync(widget)
            return
        self.budget.renew()
        self._clear_next = wait
        if not wait:
            self._cells[self._cell].clear()
            self._forget_displays()

    def _forget_displays(self) -> None:
        for places in self._displays.values():
            places.pop(self._cell, None)

    def _comm(self, kind: str, content: Content) -> None:
        ident, data = content["comm_id"], content["data"]
        state = data.get("state") if isinstance(data, dict) else None
        if not isinstance(state, dict):
            return
        if kind == "comm_open" and content.get("target_name") == "jupyter.widget":
            if (state.get("_model_module"), state.get("_model_name")) == (
                "@jupyter-widgets/output",
                "OutputModel",
            ):
                self._widgets[ident] = _Widget(ident, list(state.get("outputs") or []))
        elif kind == "comm_msg" and ident in self._widgets and "msg_id" in state:
            self._listen(self._widgets[ident], str(state["msg_id"] or ""))

    def _listen(self, widget: _Widget, parent: str) -> None:
        if parent:
            self._listening.setdefault(parent, []).append(widget)
        elif widget in self._listening.get(widget.listens, ()):
            self._listening[widget.listens].remove(widget)
        widget.listens = parent

    def _into_widget(self, widget: _Widget, output: Output) -> None:
        size = len(json.dumps(output))
        if output["output_type"] != "error":
            self.budget.take(size)
        if widget.clear_next:
            widget.outputs, widget.clear_next = [], False
        last = widget.outputs[-1] if widget.outputs else None
        same = last is not None and output["output_type"] == last["output_type"] == "stream"
        if last is not None and same and last["name"] == output["name"]:
            last["text"] += output["text"]
        else:
            widget.outputs.append(dict(output))
        self._sync(widget)

    def _sync(self, widget: _Widget) -> None:
        """Tell the kernel's side of the widget what it holds now; only the last word counts."""
        data = {"method": "update", "state": {"outputs": widget.outputs}, "buffer_paths": []}
        kept = [(kind, content) for kind, content in self._replies if content["comm_id"] != widget.ident]
        self._replies = [*kept, ("comm_msg", {"comm_id": widget.ident, "data": data})]
