"""Lessons in another language: a PO file beside the lesson says each of its texts, code and keys exist once."""

from hocvuso.lessons.translation.apply import Translation, in_languages, read_translations
from hocvuso.lessons.translation.po import Updated, po_files, update_all, update_po

__all__ = [
    "Translation",
    "Updated",
    "in_languages",
    "po_files",
    "read_translations",
    "update_all",
    "update_po",
]
