"""Small real servers on loopback that stand in for what the bot talks to."""
