"""A folder in the submission is a link to the root of the machine, another one to itself.

A success: the machine's files are copied into the evidence, or copying never ends.
"""

LESSON = "questions"


def place(folder):
    """Link them."""
    (folder / "goc").symlink_to("/")
    (folder / "vong").symlink_to(folder)


EXPECTED = {"state": "refused", "scores": {}}
