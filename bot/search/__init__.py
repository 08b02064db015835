"""Search that forgives: what was meant is found although it is misspelt, half remembered or only begun."""

from bot.search.finding import Hits
from bot.search.highlights import Highlights, highlights
from bot.search.index import Index
from bot.search.language import Query, Term, parse
from bot.search.likeness import Alike
from bot.search.matching import matches
from bot.search.suggestions import Suggestion

__all__ = ["Alike", "Highlights", "Hits", "Index", "Query", "Suggestion", "Term", "highlights", "matches", "parse"]
