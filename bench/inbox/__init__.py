"""`nestor bench inbox`: what the desk costs at a million messages, against bare peers in the same run."""
