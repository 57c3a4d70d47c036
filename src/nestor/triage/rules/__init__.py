"""The pure part of triage: text in, reading out. No Django, no I/O beyond loading the model once."""
