"""A real WordPress for the whole session; each test finds it without comments and without Nestor's plugin."""

from collections.abc import Callable, Iterator

import pytest

from nestor.networks.wordpress import WORDPRESS, WordPressConnector
from tests.services.wordpress.site import Site, running_site

Connect = Callable[..., WordPressConnector]


@pytest.fixture(scope="session")
def wordpress() -> Iterator[Site]:
    """The running site: `.url .user .app_password .visitor_comment(post, author, text, parent=…) .page_text(post)`."""
    with running_site() as site:
        yield site


@pytest.fixture
def site(wordpress: Site) -> Site:
    wordpress.remove_plugin()
    wordpress.witness("remove_all")
    return wordpress


@pytest.fixture
def connect(site: Site) -> Iterator[Connect]:
    """Open connectors with `connect(user=…, url=…, webhook_secret=…, **session)`; all are closed at the end."""
    opened: list[WordPressConnector] = []

    def open_one(
        *, user: str = "desk", password: str = "", url: str = "", webhook_secret: str = "", **session: float
    ) -> WordPressConnector:
        settings = {"url": url or site.url, "user": user, "allow_private": "1"}
        secrets = {
            "application_password": password or site.passwords.get(user, "none"),
            "webhook_secret": webhook_secret,
        }
        opened.append(WORDPRESS.open(settings, secrets, **session))
        return opened[-1]

    yield open_one
    for connector in opened:
        connector.close()
