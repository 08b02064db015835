"""Exit codes of the shell commands."""

DONE, NOTHING, WRONG = 0, 1, 2
INTERRUPTED = 130  # as shells count: 128 + SIGINT
