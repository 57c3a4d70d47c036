"""What this room holds is numbers a brand chose: nothing of anybody."""
