"""The learner's names in the judge's process: which of them a test sees, and what it makes of them."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import sys
from typing import TYPE_CHECKING, Any

from hocvuso.kernels.proxies import Remote
from hocvuso.kernels.records import Recorder
from hocvuso.kernels.remote_objects import RemoteObject

if TYPE_CHECKING:
    from hocvuso.kernels.plain_json import Json
    from hocvuso.kernels.records import Peer

Message = dict[str, Any]
_MISSING = object()


class Names:
    """The learner's names as a test sees them, and the test's changes to them as the learner's code sees them.

    A name that the author's solution binds is the learner's; one that a setup cell made is the judge's own, but for
    the plain values of those that depend on what learners make. A helper of the author's never comes from a learner.
    Rebinding a function, and ``del``, reach the learner's code; other values that a test gives to a name don't:
    they may be the expected ones.
    """

    def __init__(self, peer: Peer, namespace: dict[str, Any], job: Message) -> None:
        self._recorder = Recorder(peer)
        self._namespace = namespace
        self._bound = frozenset(job["bound"])
        self._derived = frozenset(job["derived"])
        self._calibrate: bool = job["calibrate"]
        self._known: dict[str, object] = {}
        self.own: dict[str, str] = {}
        self._replaced: list[str] = []
        self.remote = Remote(self._recorder, show=show)
        self.remote.before_asking = self._tell_changes
        self.remote.rebind = self._rebind

    @property
    def record(self) -> list[list[Any]] | None:
        """What the running test asked and got."""
        return self._recorder.record

    def begin(self, cell: Message) -> None:
        """Make the learner's names visible that the test uses."""
        self._recorder.begin()
        self.remote.allowed = None if self._calibrate else frozenset(cell["allowed"])
        self.remote.used = set()
        self.own = dict(cell["own"])
        self._replaced = []
        wanted = [name for name in cell["ask"] if name in self.own or self._is_learners(name)]
        found = self.remote.look(wanted) if wanted else {}
        for name in wanted:
            theirs = name in self._bound or name in self.own
            if name not in found:
                if theirs:
                    self._namespace.pop(name, None)
                continue
            value, record = found[name]
            where = _find_own(record) if self._calibrate else self.own.get(name)
            if where is not None and where == _where(record):
                self.own[name], self._namespace[name] = where, _own(where)
            elif theirs or (name in self._derived and not isinstance(value, RemoteObject | type)):
                self._known[name] = self._namespace[name] = value
                self._replaced += [name] if where is not None else []

    def use_own(self) -> bool:
        """Give the test what the author's names hold for which the learner has something else; False for none.

        What a test compares with may be among them: a score counts only if it is no higher with the library's own.
        """
        for name in self._replaced:
            self._known.pop(name, None)
            self._namespace[name] = _own(self.own[name])
        return bool(self._replaced)

    def end(self) -> None:
        """The test has run: later ones find the learner's names as this one left them."""
        if not self.remote.gone:
            self._tell_changes()

    def forget(self) -> None:
        """Take the learner's names away again."""
        for name, value in self._known.items():
            if name in self._namespace and self._namespace[name] is value:
                del self._namespace[name]

    def _is_learners(self, name: str) -> bool:
        if name in self._bound or name in self._derived:
            return True
        return self._calibrate and name not in self._namespace and not hasattr(builtins, name)

    def _tell_changes(self) -> None:
        bound, gone = [], []
        for name, known in self._known.items():
            value = self._namespace.get(name, _MISSING)
            if value is known:
                continue
            if value is _MISSING:
                gone.append(name)
            elif callable(value):
                with contextlib.suppress(TypeError):  # what can't be handed over stays here
                    bound.append([name, self.remote.plain(value)])
            self._known[name] = value
        if gone:
            self.remote.exchange({"op": "unbind", "names": gone})
        if bound:
            self.remote.exchange({"op": "bind", "names": bound})

    def _rebind(self, name: str, value: object) -> None:
        if name in self._known and self._namespace.get(name, _MISSING) is self._known[name]:
            self._known[name] = self._namespace[name] = value


def show(outputs: Json) -> None:
    """Show here what the learner's code showed while it was asked, as if it had run here."""
    for output in outputs if isinstance(outputs, list) else []:
        if not isinstance(output, dict):
            continue
        if output.get("output_type") == "stream" and isinstance(output.get("text"), str):
            stream = sys.stderr if output.get("name") == "stderr" else sys.stdout
            stream.write(output["text"])
        elif output.get("output_type") == "display_data" and isinstance(output.get("data"), dict):
            from IPython import display

            publish: Any = display.publish_display_data  # IPython has no types
            kept = {kind: output["data"].get(kind) for kind in ("text/plain", "image/png")}
            publish({kind: data for kind, data in kept.items() if isinstance(data, str)})


def _where(record: Json) -> str | None:
    """Under which module and name a module, function or class of a library is found, as the learner's process says.

    Who says so falsely gets what is found there.
    """
    if not isinstance(record, dict) or record.get("t") != "held" or record.get("f") is not True:
        return None
    return f"{record.get('n')}:" if record.get("k") == "module" else f"{record.get('m')}:{record.get('q')}"


def _find_own(record: Json) -> str | None:
    """The same, where the judge has it too. The author's cells only."""
    where = _where(record)
    if where is not None:
        with contextlib.suppress(ImportError, AttributeError):
            _own(where)
            return where
    return None


def _own(where: str) -> object:
    module, _, name = where.partition(":")
    found: object = importlib.import_module(module)
    for part in name.split(".") if name else ():
        found = getattr(found, part)
    return found
