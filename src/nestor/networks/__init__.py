"""The outside world: one contract, one registry, one folder per network."""
