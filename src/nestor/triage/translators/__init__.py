"""Translators that an operator installs: their contract, where they are found, and the one door to them. No Django."""
