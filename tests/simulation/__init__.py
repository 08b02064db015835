"""A hundred days of digests in seconds: processes die, clocks are wrong, platforms fail.

Whether the promise was kept is decided by what people can read on the platform and in their mail;
the store is asked only for what it says that it has not posted.
"""

from tests.simulation.figures import Figures
from tests.simulation.world import simulate

__all__ = ["Figures", "simulate"]
