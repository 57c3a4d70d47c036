"""WordPress passes the public suite: as it is, and with Nestor's plugin."""

from collections.abc import Iterator

import pytest

from nestor.networks.conformance import CHECKS, Check
from nestor.networks.contract import Ability
from tests.services.wordpress.bench import SECRET, WordPressBench
from tests.services.wordpress.door import Door
from tests.services.wordpress.proxy import Proxy
from tests.services.wordpress.site import Site

pytestmark = pytest.mark.service("wordpress", "mariadb")


# Reading is the same with the plugin; being called and sending twice are not.
CHANGED_BY_PLUGIN = {Ability.WEBHOOK, Ability.REPLY, Ability.HONOURS_MARKS}


@pytest.fixture
def alone(site: Site) -> Iterator[WordPressBench]:
    with Proxy(site.url) as proxy:
        yield WordPressBench(site, proxy, None)


@pytest.fixture
def with_plugin(site: Site) -> Iterator[WordPressBench]:
    with Proxy(site.url) as proxy, Door() as door:
        site.install_plugin(door.url, SECRET)
        yield WordPressBench(site, proxy, door)
        site.remove_plugin()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_conforms_alone(check: Check, alone: WordPressBench) -> None:
    expect_kept(check, alone)


@pytest.mark.parametrize(
    "check", [check for check in CHECKS if check.needs & CHANGED_BY_PLUGIN], ids=lambda check: check.name
)
def test_conforms_with_the_plugin(check: Check, with_plugin: WordPressBench) -> None:
    expect_kept(check, with_plugin)


def expect_kept(check: Check, bench: WordPressBench) -> None:
    if reason := check.reason_to_skip(bench):
        pytest.skip(reason)
    check.examine(bench)
