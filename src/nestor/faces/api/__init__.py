"""The API face: what machines call."""
