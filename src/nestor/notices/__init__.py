"""Reaching someone of the team: on the page, by mail, by push, by phone."""
