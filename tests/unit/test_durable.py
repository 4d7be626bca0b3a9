"""A file is replaced whole, or not at all."""

import os
import stat
import threading

import pytest

from hocvuso.durable import place_once, replace_file


def rights(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_content_and_rights(tmp_path):
    """As asked for; else as before; else as the process's mask leaves."""
    path = tmp_path / "đơn.json"
    replace_file(path, b"1")
    assert (path.read_bytes(), rights(path)) == (b"1", 0o666 & ~_mask())
    replace_file(path, b"2", mode=0o600)
    assert (path.read_bytes(), rights(path)) == (b"2", 0o600)
    replace_file(path, b"3")
    assert (path.read_bytes(), rights(path)) == (b"3", 0o600)
    assert [p.name for p in tmp_path.iterdir()] == ["đơn.json"]


def test_a_link_is_replaced_not_followed(tmp_path):
    """Neither one in the file's place nor one with the temporary name."""
    other, path = tmp_path / "other", tmp_path / "file"
    other.write_text("kept")
    part = tmp_path / f".file.{os.getpid()}-{threading.get_ident()}"
    for place in (path, part):
        place.symlink_to(other)
    replace_file(path, b"new")
    assert (other.read_text(), path.read_bytes(), path.is_symlink()) == ("kept", b"new", False)
    assert not part.exists()


@pytest.mark.parametrize("step", ["fsync", "fchmod"])
def test_a_failure_leaves_what_was_there(tmp_path, monkeypatch, step):
    """And nothing beside it."""
    path = tmp_path / "file"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new", mode=0o600)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("file", "old")]


def test_several_at_once_leave_one_whole_file(tmp_path):
    """Each writes beside the others."""
    path = tmp_path / "file"
    texts = [bytes([65 + n]) * 100_000 for n in range(8)]
    threads = [threading.Thread(target=replace_file, args=(path, text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in texts
    assert len(list(tmp_path.iterdir())) == 1


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_what_is_placed_once_stays_whoever_else_tries(tmp_path):
    """Many at once agree on one content, whole, with the rights that were asked for."""
    path = tmp_path / "secret"
    start, found = threading.Barrier(8), []

    def place(number):
        start.wait()
        place_once(path, bytes([number]) * 10_000, mode=0o600)
        found.append(path.read_bytes())

    threads = [threading.Thread(target=place, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found[0]) == 10_000
    assert rights(path) == 0o600
    place_once(path, b"later", mode=0o644)
    assert path.read_bytes() == found[0]
    assert [p.name for p in tmp_path.iterdir()] == ["secret"]


def test_a_part_left_by_a_killed_process_is_no_secret(tmp_path):
    """It is written over."""
    (tmp_path / ".secret.part").write_bytes(b"ha")
    place_once(tmp_path / "secret", b"whole", mode=0o600)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"secret": b"whole"}
