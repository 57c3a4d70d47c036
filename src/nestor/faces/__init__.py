"""The three doors: web, api, cli. No rules and no writes of their own."""
