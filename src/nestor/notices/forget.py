"""What this room holds is about the team, in codes: nothing of a member."""
