"""Runs the simulation, kills and power cuts as long as one likes, and prints one line of figures.

python -m tests.soak [--seeds 10000] [--first 1] [--days 100] [--kills 500] [--cuts 200]
python -m tests.soak --planted
python -m tests.soak --processes 2 4 [--kills 200] [--crashes 20]

With --processes so many real ones deliver from one PostgreSQL, which crashes too.

With --planted it puts bugs into the product, one at a time, and fails unless each is found.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests import crash, fleet, planted, power_cuts, simulation
from tests.rigs import disk

REPORTED_SEEDS = 100  # between two lines about what came of it so far


def main() -> int:
    """Print what came of it, and each promise that was not kept."""
    parser = argparse.ArgumentParser(
        description="Simulate digests, kill processes that deliver, and cut their power."
    )
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--days", type=int, default=100, help="the days of each seed")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--cuts", type=int, default=200, help="power cuts, where strace is")
    parser.add_argument("--planted", action="store_true", help="look for bugs put in on purpose")
    parser.add_argument(
        "--processes", type=int, nargs="+", metavar="N", help="run N on one PostgreSQL instead"
    )
    parser.add_argument("--crashes", type=int, default=20, help="of that PostgreSQL")
    args = parser.parse_args()
    if args.planted:
        return _find_planted()
    if args.processes:
        return _run_fleets(args)
    began, told, bad = time.monotonic(), [], []
    if args.seeds:
        simulated = simulation.Figures()
        with ProcessPoolExecutor(os.cpu_count()) as cores:
            seeds = range(args.first, args.first + args.seeds)
            for figures in cores.map(
                simulation.simulate, seeds, [args.days] * args.seeds, chunksize=4
            ):
                simulated.add(figures)
                _print_bad(figures.bad)
                if simulated.seeds % REPORTED_SEEDS == 0:
                    sys.stderr.write(f"so far: {simulated}\n")
        told.append(str(simulated))
        bad += simulated.bad
    if args.kills:
        killed = asyncio.run(crash.campaign(args.kills))
        told.append(str(killed))
        bad += killed.bad
        _print_bad(killed.bad)
    if args.cuts and not disk.available():
        told.append("power cuts: none, as strace is not here or may not trace")
    elif args.cuts:
        cut = power_cuts.campaign(args.cuts, args.first)
        told.append(str(cut))
        bad += cut.bad
        _print_bad(cut.bad)
    sys.stdout.write(f"{'; '.join(told)}; {time.monotonic() - began:.0f} s\n")
    return 1 if bad else 0


def _run_fleets(args: argparse.Namespace) -> int:
    """Print what came of each number of processes."""
    bad = 0
    for processes in args.processes:
        figures = asyncio.run(fleet.campaign(processes, args.kills, args.crashes, seed=args.first))
        sys.stdout.write(f"{figures}\n")
        sys.stdout.flush()
        _print_bad(figures.bad)
        bad += len(figures.bad)
    return 1 if bad else 0


def _print_bad(bad: list[str]) -> None:
    for one in bad:
        sys.stderr.write(f"{one}\n")
    sys.stderr.flush()


def _find_planted() -> int:
    """Print after how many seeds and seconds each planted bug is found, and by what."""
    missed = 0
    with ProcessPoolExecutor(os.cpu_count()) as cores:
        for one in cores.map(planted.find, planted.BUGS):
            missed += not one.seeds
            told = f"seed {one.seeds}: {one.by}" if one.seeds else "NOT FOUND"
            sys.stdout.write(f"{one.name:24} {one.seconds:4.0f} s  {told}\n")
            sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
