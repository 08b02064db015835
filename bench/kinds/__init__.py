"""Queries that take the search at its word: halves of words, names, years, signs, sentences, words of no paper.

Tune on the development seeds, report on the others. The gold of a query is every paper that fits what it means.
"""

from bench.kinds.maker import DEVELOPMENT_SEEDS, KINDS, REPORTING_SEEDS, make_queries

__all__ = ["DEVELOPMENT_SEEDS", "KINDS", "REPORTING_SEEDS", "make_queries"]
