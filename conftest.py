"""What every test stands on, for tests in `tests/` and those a network keeps in its own folder."""

pytest_plugins = ["tests.ground", "tests.services_here", "tests.tally", "tests.translators.installed"]
