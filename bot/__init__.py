"""The core of Paperboy: everything that does not depend on where people talk."""

__version__ = "0.2.0"
