"""Digests: what is due is planned, filled with papers, frozen and delivered."""
