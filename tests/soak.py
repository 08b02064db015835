"""Runs the simulation and the kills for as long as one likes, and prints one line of figures.

python -m tests.soak [--seeds 10000] [--first 1] [--days 100] [--kills 500]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests import crash, simulation


def main() -> int:
    """Print what came of it, and each promise that was not kept."""
    parser = argparse.ArgumentParser(
        description="Simulate the outbox, and kill processes that deliver."
    )
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--days", type=int, default=100, help="the days of each seed")
    parser.add_argument("--kills", type=int, default=500)
    args = parser.parse_args()
    began, told, bad = time.monotonic(), [], []
    if args.seeds:
        simulated = simulation.Figures()
        with ProcessPoolExecutor(os.cpu_count()) as cores:
            seeds = range(args.first, args.first + args.seeds)
            for figures in cores.map(
                simulation.simulate, seeds, [args.days] * args.seeds, chunksize=4
            ):
                simulated.add(figures)
        told.append(str(simulated))
        bad += simulated.bad
    if args.kills:
        killed = asyncio.run(crash.campaign(args.kills))
        told.append(str(killed))
        bad += killed.bad
    for one in bad:
        sys.stderr.write(f"{one}\n")
    sys.stdout.write(f"{'; '.join(told)}; {time.monotonic() - began:.0f} s\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
