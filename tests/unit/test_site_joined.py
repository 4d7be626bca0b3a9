"""Scripts that are joined into one do what they do apart, and keep their private names."""

from __future__ import annotations

import re
import subprocess

import pytest

from hocvuso.site.files import STATIC, find_file
from hocvuso.site.joined import join

ALONE = {
    "one": "const SAME = 1;\nexport const first = SAME;\nexport async function later() {\n  return first;\n}\n",
    "two": 'import { first, later as then } from "./one.js";\nconst SAME = 2;\n// a word\nexport class Sum {\n'
    '  of() {\n    return SAME + first;\n  }\n}\nexport const load = () => import("./three.js");\nthen();\n',
    "three": 'import { first } from "./one.js";\nexport function tell() {\n  return `three ${first}`;\n}\n',
    "page": 'import { Sum, load } from "./two.js";\nload().then((it) => console.log(new Sum().of(), it.tell()));\n',
}  # fmt: skip


def test_what_is_joined_does_what_it_does_apart(tmp_path):
    """Imports, renamed imports, imports for later; equal private names; each module runs once."""
    for name, text in ALONE.items():
        (tmp_path / f"{name}.js").write_text(text, encoding="utf-8")
    whole = tmp_path / "whole.mjs"
    whole.write_text(join(tmp_path, "page"), encoding="utf-8")
    told = subprocess.run(["node", str(whole)], capture_output=True, text=True, check=True)
    assert told.stdout == "3 three 1\n"
    assert whole.read_text(encoding="utf-8").count("const first = SAME") == 1
    assert "a word" not in whole.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["host.js", "site.js", "offline.js"])
def test_pages_load_one_script(name, tmp_path):
    """Nothing of ours is left to be asked for separately, and it is a module that can be read."""
    text = find_file(name).body.decode("utf-8")
    assert not re.search(r'(from|import\() ?"\./', text)
    assert not re.search(r"^export ", text, re.MULTILINE)
    (tmp_path / "it.mjs").write_text(text, encoding="utf-8")
    subprocess.run(["node", "--check", str(tmp_path / "it.mjs")], check=True)


def test_every_script_is_loaded_by_some_page():
    """A module that no page loads, alone or joined, is forgotten."""
    joined = "\n".join(find_file(name).body.decode() for name in ("host.js", "site.js", "offline.js"))
    alone = {"app", "reading", "result", "sw"}
    for path in STATIC.glob("*.js"):
        assert path.stem in alone or f"const from_{path.stem} = " in joined, path.name
