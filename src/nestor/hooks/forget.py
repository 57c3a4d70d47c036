"""What this room holds is about programs, in ids and codes: nothing of a member."""

TEAM = {"hooks.Receiver": ("name", "url")}
