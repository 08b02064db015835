"""What keeps a running bot going."""
