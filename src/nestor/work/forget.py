"""What this room holds is ids and codes; words only where somebody of the team gave a reason."""

TEAM = {"work.JournalEntry": ("reason",)}
IMPERSONAL = {"work.Pulse": ("host",)}
