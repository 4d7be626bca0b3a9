"""Học vụ số: digital skills as notebooks, graded safely, with certificates that anyone can check."""

__version__ = "0.1.0"
