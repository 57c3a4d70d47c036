"""ARRIVES: conversations and messages, cursors, webhooks, back-fill, blind spots."""
