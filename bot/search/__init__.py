"""Search that forgives: what was meant is found although it is misspelt, half remembered or only begun."""

from bot.search.index.index import Index
from bot.search.query.highlights import Highlights, highlights
from bot.search.query.query_parser import Query, Term, parse
from bot.search.ranking.executor import Hits
from bot.search.ranking.matcher import matches
from bot.search.ranking.more_like_this import Alike

__all__ = [
    "Alike",
    "Highlights",
    "Hits",
    "Index",
    "Query",
    "Term",
    "highlights",
    "matches",
    "parse",
]
