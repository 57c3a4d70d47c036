"""Files that come in or go out: checked, stripped, resized, described."""
