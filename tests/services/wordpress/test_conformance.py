"""WordPress passes the public suite: as it is, and with Nestor's plugin."""

from collections.abc import Iterator

import pytest

from nestor.networks.conformance import CHECKS, Check
from tests.services.wordpress.bench import SECRET, WordPressBench
from tests.services.wordpress.door import Door
from tests.services.wordpress.proxy import Proxy
from tests.services.wordpress.site import Site

pytestmark = pytest.mark.service("wordpress")


@pytest.fixture(params=["alone", "with plugin"])
def bench(request: pytest.FixtureRequest, site: Site) -> Iterator[WordPressBench]:
    with Proxy(site.url) as proxy:
        if request.param == "alone":
            yield WordPressBench(site, proxy, None)
            return
        with Door() as door:
            site.install_plugin(door.url, SECRET)
            yield WordPressBench(site, proxy, door)
            site.remove_plugin()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_conforms(check: Check, bench: WordPressBench) -> None:
    if reason := check.reason_to_skip(bench):
        pytest.skip(reason)
    check.examine(bench)
