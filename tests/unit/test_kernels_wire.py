"""Messages between processes, one of which may be hostile."""

from __future__ import annotations

import array
import contextlib
import json
import os
import socket
import struct
import threading
import time

import pytest

from hocvuso.kernels.wire import DEPTH, Wire, WireClosed, WireError, WireTimeout


@pytest.fixture
def pair():
    """Our wire, and the bare socket of a peer that keeps no rules."""
    ours, theirs = socket.socketpair()
    wire = Wire(ours, limit=10_000, fds=2)
    yield wire, theirs
    wire.close()
    theirs.close()


def frame(payload: bytes, length: int | None = None) -> bytes:
    return struct.pack(">I", len(payload) if length is None else length) + payload


def soon() -> float:
    """When to give up what does not come."""
    return time.monotonic() + 0.05


def in_time() -> float:
    """When to give up what does come, however busy the machine is."""
    return time.monotonic() + 60


def open_fds() -> set[int]:
    found = set()
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208  (names only)
        with contextlib.suppress(OSError):  # the list's own, which is closed by now
            os.fstat(int(name))
            found.add(int(name))
    return found


def test_what_is_sent_arrives():
    """Every JSON value, any letter, in order."""
    one, two = socket.socketpair()
    here, there = Wire(one), Wire(two)
    messages = [{"op": "run", "source": "in('Đúng, đủ 🎓')"}, {}, {"a": [1, -2.5, None, True, {"b": []}]}]
    for message in messages:
        here.send(message)
    assert [there.receive()[0] for _ in messages] == messages
    here.close()
    there.close()


def test_descriptors_arrive_with_their_message():
    """A descriptor belongs to the message that carried it, also when messages queue up."""
    one, two = socket.socketpair()
    here, there = Wire(one), Wire(two, fds=2)
    reading, writing = os.pipe()
    here.send({"n": 1})
    here.send({"n": 2}, [writing])
    here.send({"n": 3})
    os.close(writing)
    got = [there.receive() for _ in range(3)]
    assert [(message["n"], len(fds)) for message, fds in got] == [(1, 0), (2, 1), (3, 0)]
    (copy,) = got[1][1]
    assert os.get_inheritable(copy) is False
    os.write(copy, b"x")
    assert os.read(reading, 1) == b"x"
    for descriptor in (copy, reading):
        os.close(descriptor)
    here.close()
    there.close()


def test_a_message_larger_than_the_sockets_buffer_passes():
    """Sender and receiver meet in the middle; nobody needs the whole message to fit the kernel's buffer."""
    one, two = socket.socketpair()
    here, there = Wire(one), Wire(two)
    message = {"text": "ạ" * 1_000_000}
    sender = threading.Thread(target=here.send, args=(message,))
    sender.start()
    assert there.receive(in_time())[0] == message
    sender.join()
    here.close()
    there.close()


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"null",
        b'"text"',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\xff"}',
        b'{"a": 1} {"b": 2}',
        b'{"a": "\xed\xa0\x80"}',
        "{'a': 1}".encode("utf-16"),
        b'{"a":' * 1500 + b"1" + b"}" * 1500,
        b'{"a":' + b"[" * 9000,
        b'{"a":' + b"[" * 4500 + b"]" * 4500 + b"}",
        b'{"a":' + b"[" * DEPTH + b"]" * DEPTH + b"}",
    ],
)
def test_what_is_no_message_is_refused(pair, payload):
    """Only bounded JSON objects come through; nothing else gets out than WireError, and the wire is done with."""
    wire, peer = pair
    peer.sendall(frame(payload) + frame(b'{"fine": 1}'))
    with pytest.raises(WireError) as caught:
        wire.receive(in_time())
    assert not isinstance(caught.value, WireClosed | WireTimeout)
    with pytest.raises(WireError):
        wire.receive(in_time())
    with pytest.raises(WireError):
        wire.send({})


def test_the_deepest_message_allowed_passes(pair):
    """The bound on nesting is where it says."""
    wire, peer = pair
    payload = b'{"a":' + b"[" * (DEPTH - 1) + b"]" * (DEPTH - 1) + b"}"
    peer.sendall(frame(payload))
    assert wire.receive(in_time())[0] == json.loads(payload)


def test_too_long_is_refused_before_it_is_read(pair):
    """A length beyond the limit ends the talk at once; nothing of it has to arrive."""
    wire, peer = pair
    peer.sendall(frame(b"", length=10_001))
    with pytest.raises(WireError, match="too long"):
        wire.receive(in_time())


@pytest.mark.parametrize("part", [b"", b"\x00", b"\x00\x00\x00\x05", frame(b'{"a":1}')[:-1]])
def test_a_partial_message_ends_at_the_deadline_and_goes_on_later(pair, part):
    """A peer that stops half way holds nobody up; one that is only slow loses nothing."""
    wire, peer = pair
    whole = frame(b'{"a":1}')
    peer.sendall(part if whole.startswith(part) else whole[:4])
    with pytest.raises(WireTimeout):
        wire.receive(soon())
    peer.sendall(whole[len(part) :] if whole.startswith(part) else whole[4:])
    assert wire.receive(in_time())[0] == {"a": 1}


def test_a_peer_that_drips_does_not_stretch_the_deadline(pair):
    """The deadline is for the message, not for the next byte."""
    wire, peer = pair
    stop = threading.Event()

    def drip():
        for byte in frame(b" " * 9000):
            if stop.wait(0.002):
                return
            peer.sendall(bytes([byte]))

    dripping = threading.Thread(target=drip)
    dripping.start()
    with pytest.raises(WireTimeout):
        wire.receive(soon())
    stop.set()
    dripping.join()


@pytest.mark.parametrize("part", [b"", b"\x00\x00", frame(b'{"a":1}')[:-1]])
def test_a_peer_that_goes_away_is_closed(pair, part):
    """An end is an end, wherever it comes."""
    wire, peer = pair
    peer.sendall(part)
    peer.close()
    with pytest.raises(WireClosed):
        wire.receive(in_time())


def test_sending_to_nobody_is_closed(pair):
    """No signal, no other error."""
    wire, peer = pair
    peer.close()
    with pytest.raises(WireClosed):
        wire.send({})


def test_a_peer_that_does_not_read_holds_nobody_up():
    """Sending has a deadline too; after half a message the wire is broken, as the peer can't know where it is."""
    ours, theirs = socket.socketpair()
    wire = Wire(ours)
    with pytest.raises(WireTimeout):
        wire.send({"text": "x" * 3_000_000}, deadline=soon())
    with pytest.raises(WireError, match="only in part"):
        wire.send({})
    wire.close()
    theirs.close()


@pytest.mark.parametrize(
    "message", [{"a": float("nan")}, {"a": float("inf")}, {"a": object()}, {"a": "x" * 10_001}]
)
def test_what_is_no_message_is_not_sent(pair, message):
    """A mistake of ours is told here, before a byte has left; the wire can still be used."""
    wire, peer = pair
    with pytest.raises(WireError):
        wire.send(message)
    wire.send({"fine": 1})
    assert peer.recv(100) == frame(b'{"fine":1}')


def test_deep_or_circular_values_are_not_sent(pair):
    """No RecursionError gets out."""
    wire, _ = pair
    deep: list[object] = []
    for _level in range(100_000):
        deep = [deep]
    circular: list[object] = []
    circular.append(circular)
    for value in (deep, circular):
        with pytest.raises(WireError):
            wire.send({"a": value})
    while deep:
        deep = deep.pop()  # one level at a time: the collector needn't recurse either


def test_half_characters_become_question_marks():
    """Every text that arrives can be written to a file; an honest learner's text may hold half a character."""
    one, two = socket.socketpair()
    here, there = Wire(one), Wire(two)
    here.send({"\udc80": ["a\ud800b", {"c": "🎓\udfff"}]})
    assert there.receive()[0] == {"?": ["a?b", {"c": "🎓?"}]}
    here.close()
    there.close()


@pytest.mark.parametrize("count", [3, 60])
def test_unwanted_descriptors_are_closed(pair, count):
    """A peer can't fill our table of open files: more descriptors than agreed end the talk, none stays open."""
    wire, peer = pair
    before = open_fds()
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0] * count))]
    peer.sendmsg([frame(b"{}")], rights)
    with pytest.raises(WireError, match="descriptors"):
        wire.receive(in_time())
    assert open_fds() <= before  # what other tests left may be closed meanwhile


def test_descriptors_on_every_byte_are_counted_together(pair):
    """Spreading them over a message doesn't help."""
    wire, peer = pair
    before = open_fds()
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))]
    for byte in frame(b'{"a":1}'):
        peer.sendmsg([bytes([byte])], rights)
    with pytest.raises(WireError, match="descriptors"):
        wire.receive(in_time())
    assert open_fds() <= before  # what other tests left may be closed meanwhile


def test_descriptors_of_a_message_that_never_ends_are_closed(pair):
    """They go with the wire."""
    wire, peer = pair
    before = open_fds()
    peer.sendmsg([b"\x00"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))])
    with pytest.raises(WireTimeout):
        wire.receive(soon())
    (sent,) = open_fds() - before
    wire.close()
    assert sent not in open_fds()


def test_a_wire_takes_no_descriptors_unless_told():
    """The safe way is the default."""
    one, two = socket.socketpair()
    here, there = Wire(one), Wire(two)
    here.send({}, [0])
    with pytest.raises(WireError, match="descriptors"):
        there.receive(in_time())
    here.close()
    there.close()


def test_a_closed_wire_says_so():
    """Using a wire after closing it is an error, not a hang."""
    one, two = socket.socketpair()
    wire = Wire(one)
    wire.close()
    for use in (lambda: wire.send({}), wire.receive):
        with pytest.raises(WireError, match="closed"):
            use()
    two.close()
