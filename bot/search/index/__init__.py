"""The search index: postings by word in one SQLite file."""
