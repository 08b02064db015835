"""The core of Paperboy: everything that does not depend on where people talk."""
