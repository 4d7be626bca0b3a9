"""``hocvuso lint``: whether lessons keep the rules of content; each rule is a class with a stable code.

What the rules ask, and why, stands in ``docs/rules/``. Lists that authors keep (the register of laws, the
glossary, words that no dictionary knows) are files in ``notebooks/reference/``.
"""

from hocvuso.lint.rules import RULES
from hocvuso.lint.run import Report, lint

__all__ = ["RULES", "Report", "lint"]
