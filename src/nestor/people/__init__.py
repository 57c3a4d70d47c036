"""Both sides of the desk: the team, and members outside with their identities."""
