"""Kills processes and counts what is lost or doubled."""
