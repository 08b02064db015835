"""Shelves as files that other programs read: written, and read back.

Each format is a module with `write(entries) -> str` and `read(text) -> tuple[Entry, ...]`, both
pure.
"""

from bot.exchange.entries import MOST, Entry
from bot.exchange.formats import FORMATS, Format, format_of, read, write

__all__ = ["FORMATS", "MOST", "Entry", "Format", "format_of", "read", "write"]
