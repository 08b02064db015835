"""A query is read: words, filters, spelling, completion."""
