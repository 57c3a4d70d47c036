"""What `doctor` and the operator want to know: is every part of the desk well, and if not, what is to be done."""

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from nestor.brands import reads as brands
from nestor.brands.models import Brand, Channel
from nestor.config.environment import unknown_names
from nestor.inbox.rules import ARCHIVE
from nestor.media.store import can_be_written
from nestor.networks.contract import Account, NetworkTrouble, Reason
from nestor.notices.ways import mail
from nestor.publisher.reads import waiting_count
from nestor.vocabulary import new_id
from nestor.work import reads as work
from nestor.work.actions import announce
from nestor.work.events import DeskKnocked
from nestor.work.jobs import KNOCK
from nestor.work.rules.zones import zones

LEAST_FREE = 500_000_000  # bytes
PULSE_FOR = timedelta(seconds=20)
MOST_SKEW = timedelta(seconds=5)


class Health(StrEnum):
    """How a part of the desk is."""

    WELL = "well"
    WARNING = "warning"
    ILL = "ill"


@dataclass(frozen=True, slots=True)
class Check:
    """One answer: what was looked at, how it is, and a code with parameters that the command puts into words."""

    part: str
    health: Health
    code: str
    facts: dict[str, Any] = field(default_factory=dict)


def examine(now: Callable[[], datetime], wait: Callable[[float], None]) -> Iterator[Check]:
    """Yield one check after another; without a database, or with an older one's tables, the rest is not asked."""
    yield from _settings()
    database = _database(now())
    yield database
    if database.health is Health.ILL:
        return
    schema = _schema()
    yield schema
    if schema.health is Health.ILL:
        return
    yield _disk()
    yield _files()
    yield from _zones()
    if settings.NESTOR_CARRIER == "rabbitmq":
        yield _broker()
    yield _mail()
    yield _path(now, wait)
    yield from _stuck()
    for brand in Brand.objects.order_by("name"):
        yield from _channels(brand)
        yield from _unread(brand)
    if not Brand.objects.exists():
        yield Check("brands", Health.WARNING, "no_brand")


def _settings() -> Iterator[Check]:
    for name in unknown_names():
        yield Check("settings", Health.WARNING, "unknown_setting", {"name": name})
    if settings.NESTOR_DEMO:
        yield Check("settings", Health.WARNING, "demo_is_on")


def _database(now: datetime) -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT CURRENT_TIMESTAMP")
            stamp = cursor.fetchone()[0]
    except DatabaseError as error:
        return Check("database", Health.ILL, "database_away", {"reason": (str(error).splitlines() or ["?"])[0]})
    there = datetime.fromisoformat(str(stamp))
    there = there if there.tzinfo else there.replace(tzinfo=UTC)
    if abs(there - now) > MOST_SKEW:
        return Check("clock", Health.WARNING, "clock_differs", {"seconds": round(abs((there - now).total_seconds()))})
    return Check("database", Health.WELL, "database_answers", {"engine": connection.vendor})


def _schema() -> Check:
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    tables = set(connection.introspection.table_names())
    missing += sum(one["LOCATION"] not in tables for one in settings.CACHES.values() if "db" in one["BACKEND"])
    if missing:
        return Check("database", Health.ILL, "schema_is_old", {"count": missing})
    return Check("database", Health.WELL, "schema_is_current")


def _disk() -> Check:
    free = shutil.disk_usage(settings.HOME).free
    facts = {"megabytes": free // 1_000_000, "folder": str(settings.HOME)}
    return Check("disk", Health.ILL if free < LEAST_FREE else Health.WELL, "disk_free", facts)


def _files() -> Check:
    facts = {"folder": str(settings.NESTOR_FILES)}
    if can_be_written():
        return Check("files", Health.WELL, "files_can_be_kept", facts)
    return Check("files", Health.ILL, "files_cannot_be_kept", facts)


def _zones() -> Iterator[Check]:
    used = {settings.NESTOR_ZONE, *Brand.objects.values_list("zone", flat=True)}
    unknown = sorted(used - zones())
    for name in unknown:
        yield Check("zone", Health.ILL, "zone_unknown", {"zone": name})
    if not unknown:
        yield Check("zone", Health.WELL, "zones_known", {"count": len(used)})


def _broker() -> Check:
    address = urlsplit(settings.NESTOR_RABBITMQ)
    try:
        with socket.create_connection((address.hostname or "127.0.0.1", address.port or 5672), timeout=3):
            return Check("rabbitmq", Health.WELL, "broker_answers")
    except OSError:
        return Check("rabbitmq", Health.ILL, "broker_away", {"host": address.hostname or ""})


def _mail() -> Check:
    """Ask the mail server whether it would take a mail of the desk's; nothing is sent."""
    if not mail.is_possible():
        return Check("mail", Health.WARNING, "mail_is_off")
    facts = {"host": settings.EMAIL_HOST, "port": settings.EMAIL_PORT}
    try:
        mail.probe()
    except NetworkTrouble as trouble:
        return Check("mail", Health.ILL, "mail_refuses" if trouble.reason is Reason.SIGN_IN else "mail_is_away", facts)
    return Check("mail", Health.WELL, "mail_answers", facts)


def _path(now: Callable[[], datetime], wait: Callable[[float], None]) -> Check:
    """Send an event the way every message and every answer goes, and see whether a worker gets it."""
    knocked_at = now()
    announce(DeskKnocked(brand_id=0, knock_id=new_id()), knocked_at)
    for _ in range(20):
        if any(pulse.part == KNOCK and pulse.at >= knocked_at for pulse in work.pulses()):
            return Check("work", Health.WELL, "work_answers")
        if not any(pulse.part == "work" and now() - pulse.at < PULSE_FOR for pulse in work.pulses()):
            return Check("work", Health.ILL, "work_is_not_running")
        wait(0.5)
    return Check("work", Health.ILL, "work_does_not_answer", {"backlog": work.backlog()})


def _stuck() -> Iterator[Check]:
    for one in work.stuck_wakeups():
        facts = {"subscriber": one.subscriber, "count": one.count, "trouble": one.trouble}
        yield Check("work", Health.WARNING, "work_is_stuck", facts)


def _channels(brand: Brand) -> Iterator[Check]:
    rows = Channel.objects.of(brand).filter(is_connected=True).exclude(network=ARCHIVE)
    for channel in rows.order_by("name"):
        facts = {"brand": brand.name, "channel": channel.name, "network": channel.network}
        try:
            account = _who_am_i(channel)
        except brands.TROUBLES as trouble:
            yield Check("channel", Health.ILL, "channel_refuses", {**facts, "reason": brands.reason_of(trouble).value})
            continue
        except Exception as defect:  # noqa: BLE001  a network somebody else wrote; the other channels are examined all the same
            yield Check("channel", Health.ILL, "channel_is_broken", {**facts, "error": type(defect).__name__})
            continue
        for warning in account.warnings:
            yield Check("channel", Health.WARNING, "channel_warns", {**facts, "warning": warning})
        if channel.held_at is not None:
            yield Check("channel", Health.WARNING, "channel_is_held", facts)
        yield Check("channel", Health.WELL, "channel_answers", {**facts, "handle": account.handle})
    yield Check("deliveries", Health.WELL, "deliveries_waiting", {"brand": brand.name, "count": waiting_count(brand)})


def _unread(brand: Brand) -> Iterator[Check]:
    """Yield the accounts the brand says it has and nobody reads: a blind spot of its own."""
    for one in brands.whereabouts_of(brand, brands.channels_of(brand)):
        if one.is_blind:
            facts = {"brand": brand.name, "network": one.name, "handle": one.account.handle}
            code = "account_is_unread" if one.can_connect else "account_cannot_be_read"
            yield Check("account", Health.WARNING, code, facts)


def _who_am_i(channel: Channel) -> Account:
    connector = brands.connector_of(channel)
    try:
        return connector.who_am_i()
    finally:
        connector.close()
