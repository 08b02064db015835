"""Texts as vectors, by a language model on this machine: near in meaning is near in space."""
