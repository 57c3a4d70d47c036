"""Triage: every message gets a reading the moment it arrives; a person can correct it."""
