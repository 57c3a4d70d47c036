"""What the desk costs at a million messages. Empty: its programs must not load what the tests set up."""
