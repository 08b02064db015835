"""The picture of a measurement: how often the right paper is first, against how long that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Point:
    """One engine: its name, median and 95th percentile in milliseconds, and success@1."""

    name: str
    p50: float
    p95: float
    first: float


def draw(points: Sequence[Point], title: str, path: Path) -> None:
    """Write a PNG with a dot for the median of each engine, and a line to its 95th percentile."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), dpi=110, layout="constrained")
    axes = figure.subplots()
    beside = axes.get_yaxis_transform()  # x in parts of the width
    for point, height in zip(
        ordered := sorted(points, key=lambda point: point.first), heights(ordered), strict=True
    ):
        colour = "#d9480f" if point.name.startswith("Paperboy") else "#495057"
        axes.plot([point.p50, point.p95], [point.first] * 2, color=colour, alpha=0.4, linewidth=3)
        axes.plot(point.p50, point.first, "o", color=colour)
        pointing = {"arrowstyle": "-", "color": colour, "alpha": 0.3, "relpos": (0, 0.5)}
        axes.annotate(
            point.name,
            (point.p95, point.first),
            (1.02, height),
            textcoords=beside,
            color=colour,
            arrowprops=pointing,
        )
    axes.set(xscale="log", ylim=(0, 1), title=title)
    axes.set_xlabel("milliseconds to answer (dot: median, line: to the 95th percentile)")
    axes.set_ylabel("the right paper is first")
    axes.grid(visible=True, alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def heights(points: Sequence[Point], apart: float = 0.06) -> list[float]:
    """Return the heights of the names of points, lowest first, so that none covers another."""
    found: list[float] = []
    for point in reversed(points):
        found.append(min(point.first, found[-1] - apart) if found else min(point.first, 1 - apart))
    return found[::-1]
