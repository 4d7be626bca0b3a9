"""The notebook is a link to the master edition with all solutions in it.

A success: full points, or the hidden tests come out.
"""


def place(folder):
    """Link it, from wherever the folder lies."""
    name = "t18-90.ipynb"
    (folder / name).unlink()
    course = next(up for up in folder.parents if (up / "source").is_dir())
    (folder / name).symlink_to(course / "source" / "t18-90" / name)


EXPECTED = {"state": "refused", "scores": {}}
