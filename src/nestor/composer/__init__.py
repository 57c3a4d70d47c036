"""ANSWERED: drafts that survive a crash of browser or server."""
