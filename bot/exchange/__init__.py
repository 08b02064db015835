"""Shelves as files that other programs read: written, and read back.

Each format is a module with `write(entries) -> str` and `read(text) -> tuple[Entry, ...]`, both
pure.
"""

from bot.exchange.entries import MAX_ENTRIES, Entry
from bot.exchange.formats import FORMATS, NAMES, SUFFIXES, Format, format_of, read, write

__all__ = [
    "FORMATS",
    "MAX_ENTRIES",
    "NAMES",
    "SUFFIXES",
    "Entry",
    "Format",
    "format_of",
    "read",
    "write",
]
