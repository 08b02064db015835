"""How a database of any earlier version comes to have the tables of today.

Each module in `versions` is one step and is never changed once it has landed. A new one takes the
next number, names the one before it in `down_revision`, and `HEAD` in `bot/store/schema.py` names
it.
"""
