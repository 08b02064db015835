"""Search that forgives slips: it finds what was meant though misspelt, incomplete or only begun."""

from bot.search.query.foreign_filters import name_unknown
from bot.search.query.highlights import Highlights, highlights
from bot.search.query.natural_language import Wording
from bot.search.query.query import Phrase, Query
from bot.search.query.query_filters import EXAMPLES
from bot.search.query.query_parser import parse
from bot.search.ranking.executor import Hits
from bot.search.ranking.matcher import matches
from bot.search.ranking.more_like_this import SimilarPaper
from bot.search.search_index import Index

__all__ = [
    "EXAMPLES",
    "Highlights",
    "Hits",
    "Index",
    "Phrase",
    "Query",
    "SimilarPaper",
    "Wording",
    "highlights",
    "matches",
    "name_unknown",
    "parse",
]
