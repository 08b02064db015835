"""Papers are ranked for a query."""
