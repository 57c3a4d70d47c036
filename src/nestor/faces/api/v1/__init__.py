"""The API, version 1: everything a page can do, for machines."""
