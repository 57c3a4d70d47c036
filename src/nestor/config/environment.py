"""Every setting of the desk: one table, read from environment variables named `NESTOR_…`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class BadSetting(Exception):
    """A setting that makes no sense; `name` is the variable, `reason` what is wrong with it."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable: its name, its default and what it is for (shown by the operator guide)."""

    name: str
    default: str
    purpose: str


SETTINGS: tuple[Setting, ...] = (
    Setting("NESTOR_HOME", "var", "Folder of the database, keys and logs."),
    Setting(
        "NESTOR_DATABASE", "", "Database URL (`sqlite:///…` or `postgresql://…`); empty: SQLite under NESTOR_HOME."
    ),
    Setting("NESTOR_HOSTS", "127.0.0.1,localhost,[::1]", "Host names the desk answers to, separated by commas."),
    Setting("NESTOR_URL", "http://127.0.0.1:8000", "Address people use; decides whether cookies need HTTPS."),
    Setting("NESTOR_PROXIES", "0", "How many reverse proxies stand before the desk: throttling counts behind them."),
    Setting("NESTOR_CARRIER", "local", "What carries work: `local` (threads) or `rabbitmq`."),
    Setting("NESTOR_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672", "Address of RabbitMQ, for that carrier."),
    Setting("NESTOR_RABBITMQ_QUEUE", "nestor", "Name of the queue, so that two desks can share one RabbitMQ."),
    Setting("NESTOR_LANGUAGE", "en", "Language of pages before anybody has signed in: `en` or `fr`."),
    Setting("NESTOR_ZONE", "Europe/Paris", "Time zone of people who have not chosen one."),
    Setting("NESTOR_UNDO_FOR", "8", "Seconds during which an answer can be taken back before it leaves."),
    Setting("NESTOR_LEASE_FOR", "60", "Seconds a worker may hold a row before another takes over."),
    Setting("NESTOR_PRIVATE_NETWORKS", "0", "1: channels may live on private or loopback addresses (intranet, tests)."),
    Setting("NESTOR_KEEP_PAYLOADS_FOR", "30", "Days the raw form of what arrived is kept."),
    Setting("NESTOR_FILES", "", "Folder of attached files; empty: `files` under NESTOR_HOME. Several hosts share one."),
    Setting("NESTOR_FILES_EACH", "4", "How many files one answer or note may carry; a network may allow fewer."),
    Setting("NESTOR_FILE_SIZE", "10", "Megabytes one attached file may have."),
    Setting("NESTOR_FILE_PIXELS", "50", "Millions of pixels one picture may have, all its frames together."),
    Setting("NESTOR_FILE_TYPES", "jpeg,png,webp,gif", "What may be attached, separated by commas."),
    Setting("NESTOR_API_RATE", "600", "Requests a minute that one token of the API may make."),
    Setting("NESTOR_MCP_TOKEN", "", "Token that `nestor mcp` acts with; made under Settings › Tokens."),
    Setting("NESTOR_SMTP", "", "Mail server, as `smtp://user:password@host:port`; empty: none."),
    Setting("NESTOR_MAIL_FROM", "nestor@localhost", "Sender of the desk's own mails."),
    Setting("NESTOR_DEMO", "0", "1: whoever opens the page on this machine is the demo community manager."),
    Setting("NESTOR_LOG_LEVEL", "INFO", "How much the desk writes to its log: DEBUG, INFO, WARNING or ERROR."),
)
_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}


class Environment:
    """Typed access to the table above. Raises `KeyError` for a name that is not in it, `BadSetting` for a bad value."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = os.environ if values is None else values

    def text(self, name: str) -> str:
        """Return the value, or the default where the variable is absent or empty."""
        default = _DEFAULTS[name]
        return self._values.get(name, "").strip() or default

    def names(self, name: str) -> list[str]:
        """Return the comma-separated values."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def truth(self, name: str) -> bool:
        """Return whether the value is 1; only 0 and 1 make sense."""
        value = self.text(name)
        if value not in ("0", "1"):
            raise BadSetting(name, "must be 0 or 1")
        return value == "1"

    def whole(self, name: str, least: int, most: int) -> int:
        """Return a whole number in [least, most]."""
        value = self.text(name)
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise BadSetting(name, f"must be a whole number from {least} to {most}")
        return int(value)

    def choice(self, name: str, *choices: str) -> str:
        """Return one of the choices."""
        value = self.text(name)
        if value not in choices:
            raise BadSetting(name, "must be one of " + ", ".join(choices))
        return value

    def several(self, name: str, *choices: str) -> list[str]:
        """Return the comma-separated values; each is one of the choices."""
        found = self.names(name)
        if not set(found) <= set(choices):
            raise BadSetting(name, "must be some of " + ", ".join(choices))
        return found

    def folder(self, name: str) -> Path:
        """Return an absolute path; nothing is created."""
        return Path(self.text(name)).expanduser().absolute()


def unknown_names(values: Mapping[str, str] | None = None) -> list[str]:
    """Return variables that look like settings but are none: usually a slip of the finger."""
    found = os.environ if values is None else values
    # Of the suite, of `nestor connect`, and of translators, whose names are their own.
    others = ("NESTOR_TEST_", "NESTOR_REQUIRE", "NESTOR_CONNECT_", "NESTOR_TRANSLATOR_")
    mine = (name for name in found if name.startswith("NESTOR_") and not name.startswith(others))
    return sorted(name for name in mine if name not in _DEFAULTS)
