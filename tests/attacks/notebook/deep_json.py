"""JSON that is nested a million levels deep.

A success: a crash of whoever reads it.
"""


def prepare(submission):
    """Nest it."""
    submission.notebook = b'{"cells": ' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}"


EXPECTED = {"state": "refused", "scores": {}}
