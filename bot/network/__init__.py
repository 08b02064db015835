"""What every connection needs: pauses between tries, proxies, and what went wrong in words."""
