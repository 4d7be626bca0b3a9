"""The filter of system calls decides as it says, for every call number of both architectures."""

from __future__ import annotations

import errno
import re
import struct
from pathlib import Path

import pytest

from hocvuso.kernels import seccomp

AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, KILL = 0x7FFF0000, 0x80000000
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def decide(machine: str, number: int, argument: int = 0, audit: int | None = None) -> int:
    """Run the filter's program over one call, as the kernel would."""
    data = struct.pack(
        "<IIQ6Q", number, AUDIT[machine] if audit is None else audit, 0, argument, 0, 0, 0, 0, 0
    )
    program = list(struct.iter_unpack("<HBBI", seccomp.assemble(machine)))
    accumulator = at = 0
    while True:
        code, if_true, if_false, k = program[at]
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, k)
        elif code == 0x05:
            at += k
        elif code in {0x15, 0x35, 0x45}:
            holds = {0x15: accumulator == k, 0x35: accumulator >= k, 0x45: bool(accumulator & k)}[code]
            at += if_true if holds else if_false
        else:
            assert code == 0x06, f"no such instruction here: {code:#x}"
            return k


def refused(code: int) -> int:
    return 0x00050000 | code


@pytest.mark.parametrize("machine", AUDIT)
def test_every_number_is_decided_as_listed(machine: str):
    """Listed calls are refused with their errno; all other old ones pass; new ones are unknown to programs."""
    column = list(AUDIT).index(machine)
    expected = dict.fromkeys(range(424), ALLOW)
    expected |= {
        n[column]: refused(errno.EPERM) for n in seccomp._FORBIDDEN.values() if n[column] is not None
    }
    expected |= {n[column]: refused(errno.ENOSYS) for n in seccomp._ABSENT.values() if n[column] is not None}
    for pair in seccomp._SOCKETS:
        expected[pair[column]] = refused(errno.EPERM)  # family 0 is not AF_UNIX
    new = seccomp._NEW_BUT_HARMLESS.values()
    expected |= {n: ALLOW if n in new else refused(errno.ENOSYS) for n in range(424, 700)}
    assert {n: decide(machine, n) for n in expected} == expected


@pytest.mark.parametrize("machine", AUDIT)
def test_numbers_are_those_of_the_systems_own_headers(machine: str):
    """No number in the tables is mistyped (compared where the C library's headers are installed)."""
    if not HEADERS[machine].exists():
        pytest.skip("no C headers here")
    text = HEADERS[machine].read_text(encoding="utf-8")
    names = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b", text)}
    column = list(AUDIT).index(machine)
    ours = seccomp._FORBIDDEN | seccomp._ABSENT | {"clone": seccomp._CLONE}
    ours |= dict(zip(("socket", "socketpair"), seccomp._SOCKETS, strict=True))
    ours |= {name: (number, number) for name, number in seccomp._NEW_BUT_HARMLESS.items() if name in names}
    differing = {
        n: (numbers[column], names.get(n)) for n, numbers in ours.items() if numbers[column] != names.get(n)
    }
    assert differing == {}


@pytest.mark.parametrize("machine", AUDIT)
def test_only_unix_sockets_and_plain_clones(machine: str):
    """Of sockets only AF_UNIX, of clones those without a new namespace; a high half of the argument changes nothing."""
    column = list(AUDIT).index(machine)
    for pair in seccomp._SOCKETS:
        assert decide(machine, pair[column], 1) == ALLOW
        assert decide(machine, pair[column], (5 << 32) | 2) == refused(errno.EPERM)
        assert {decide(machine, pair[column], family) for family in range(2, 46)} == {refused(errno.EPERM)}
    thread = 0x003D0F00
    assert decide(machine, seccomp._CLONE[column], thread) == ALLOW
    for bit in (17, 25, 26, 27, 28, 29, 30):
        assert decide(machine, seccomp._CLONE[column], 17 | 1 << bit) == refused(errno.EPERM)


@pytest.mark.parametrize("machine", AUDIT)
def test_another_architectures_numbers_end_the_process(machine: str):
    """32-bit calls and x32, whose numbers mean other things, are no way round."""
    assert decide(machine, 1, audit=0x40000003) == KILL
    assert decide(machine, 0x40000000 + 1) == KILL
    assert decide(machine, 0xFFFFFFFF) == KILL


def test_an_unknown_architecture_has_no_filter():
    """There is then nothing to install, and `Forker` refuses to go on without."""
    assert seccomp.has_filter("x86_64")
    assert not seccomp.has_filter("vax")
    with pytest.raises(KeyError):
        seccomp.assemble("vax")
