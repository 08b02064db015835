"""The shell commands beside the bot's own."""
