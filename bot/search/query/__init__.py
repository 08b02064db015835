"""A query is read: words, filters, dates, spelling."""
