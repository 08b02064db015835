"""The collection of papers as a whole: store, index and source together."""
