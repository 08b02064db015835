"""Search that forgives slips: it finds what was meant though misspelt, incomplete or only begun."""

from bot.search.query.highlights import Highlights, highlights
from bot.search.query.query import Phrase, Query
from bot.search.query.query_parser import parse
from bot.search.ranking.executor import Hits
from bot.search.ranking.matcher import matches
from bot.search.ranking.more_like_this import SimilarPaper
from bot.search.search_index import Index

__all__ = [
    "Highlights",
    "Hits",
    "Index",
    "Phrase",
    "Query",
    "SimilarPaper",
    "highlights",
    "matches",
    "parse",
]
