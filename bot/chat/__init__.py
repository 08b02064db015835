"""The door: an intent comes in, a view goes out."""
