"""Turn the text of a Daily Papers page into records to import.

python tests/seed_page.py PAGE > records.jsonl
"""

import json
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DAY = rf"(?P<month>{'|'.join(_MONTHS)}) (?P<day>\d{{1,2}})(?:, (?P<year>\d{{4}}))?"
# everything down to the line "by... and the research community" and the page's own day, which has
# no year
_HEAD = re.compile(rf"(?s:.*?)\nby[^\n]*\n+{_DAY}\n+")
# a title, an abstract and, mostly, who wrote it ("  • 5 authors", or an organisation) and when,
# then perhaps a count
_PAPER = re.compile(rf"(?P<title>.+)\n\n(?P<abstract>.+)(?:\n\n.+\n·\n{_DAY}(?: \d+)?)?(?:\n+|\Z)")


def records(page: str) -> Iterator[dict[str, object]]:
    """Yield the page's papers in its order, with ids made up from 9901.00001 upward.

    The page counts authors without naming them, so `authors` is empty; `published` is None where it
    says no day.

    Raises:
        ValueError: the text is no such page, or a paper in it cannot be read

    """
    head = _HEAD.match(page)
    if head is None:
        raise ValueError("This is not the text of a Daily Papers page: its head is missing.")
    this_year = _this_year(page)
    at, number = head.end(), 0
    while at < len(page):
        paper = _PAPER.match(page, at)
        if paper is None:
            raise ValueError(
                f"Line {page.count(chr(10), 0, at) + 1} starts no title with an abstract."
            )
        at, number = paper.end(), number + 1
        yield {
            "id": f"9901.{number:05}",
            "title": paper["title"],
            "abstract": paper["abstract"],
            "authors": [],
            "published": _published(paper, this_year),
        }


def _this_year(page: str) -> int:
    """Return the year of the page: it spells all years but its own, the one after the latest."""
    years = [
        int(found["year"]) for found in re.finditer(rf"(?<=\n·\n){_DAY}", page) if found["year"]
    ]
    if not years:
        raise ValueError("No paper is dated with a year, so this year is not known.")
    return max(years) + 1


def _published(paper: re.Match[str], this_year: int) -> str | None:
    if paper["month"] is None:
        return None
    month = _MONTHS.index(paper["month"]) + 1
    return date(int(paper["year"] or this_year), month, int(paper["day"])).isoformat()


if __name__ == "__main__":
    for record in records(Path(sys.argv[1]).read_text(encoding="utf-8")):
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
