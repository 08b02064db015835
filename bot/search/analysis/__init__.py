"""Text becomes tokens and stems, the same way for papers and for queries."""
