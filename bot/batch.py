"""Many searches from one run: a query a line comes in, a JSON answer a line goes out, in the same order."""

from __future__ import annotations

import asyncio
import json
from typing import BinaryIO, TextIO

from bot.errors import PaperboyError
from bot.library import Library
from bot.papers import paper_ids, record
from bot.text import clean

LONGEST = 16_384  # bytes of a line; nobody asks for more
MOST = 10  # papers in an answer, unless another number is asked for


async def answer_lines(library: Library, queries: BinaryIO, answers: TextIO, limit: int = MOST) -> None:
    """Answer each line before the next is read; one that cannot be answered gets an error, and the rest go on."""
    while line := await asyncio.to_thread(queries.readline, LONGEST):
        whole = line.endswith(b"\n") or len(line) < LONGEST
        query = clean(line.decode("utf-8", errors="replace"))
        if whole:
            said = await _answer(library, query, limit)
        else:
            said = {"query": query[:80], "error": f"That line is longer than {LONGEST:,} bytes; ask for less."}
            while line and not line.endswith(b"\n"):
                line = await asyncio.to_thread(queries.readline, LONGEST)
        answers.write(json.dumps(said, ensure_ascii=False) + "\n")
        answers.flush()


async def _answer(library: Library, query: str, limit: int) -> dict[str, object]:
    if not query:
        return {"query": "", "error": "There is nothing to look for on this line."}
    named = paper_ids(query, 2)
    try:
        if len(named) == 1:
            papers = await library.papers(named)
            known = {"corrected": None, "total": len(papers), "ms": 0.0}
            return {"query": query, **known, "page": 1, "papers": [record(paper) for paper in papers]}
        found = await library.search(query, limit=limit, online=True)
    except PaperboyError as error:
        return {"query": query, "error": str(error)}
    return {"query": query, **found.said(), "page": 1, "papers": found.records()}
