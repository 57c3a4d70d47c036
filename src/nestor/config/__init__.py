"""Settings, URLs, start-up and the supervisor of `nestor serve`."""
