"""The README's pictures: drawn by one command, without anything from elsewhere."""

import re
from xml.etree import ElementTree as ET

from preview.pictures import FOLDER, draw_terminal


def test_the_session_at_the_prompt_is_drawn_line_by_line_without_fonts_from_elsewhere():
    svg = draw_terminal()
    ET.fromstring(svg)
    assert "Showing" in svg
    assert "paper&#160;pi-bench" in svg
    assert re.findall(r"(?:url\(|href=)[\"']?https?:", svg) == []
    delays = [float(one) for one in re.findall(r"animation-delay: ([\d.]+)s", svg)]
    assert delays == sorted(delays)
    assert len(delays) > 30


def test_both_pictures_are_small():
    assert (FOLDER / "digest.png").stat().st_size < 300_000
    assert (FOLDER / "terminal.svg").stat().st_size < 50_000
