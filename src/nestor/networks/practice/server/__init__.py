"""The simulated network itself: its own process, its own file. Nothing of the desk is imported here but its words."""
