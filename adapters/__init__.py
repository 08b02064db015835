"""The places where people talk to Paperboy, one module each."""
