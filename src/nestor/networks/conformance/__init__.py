"""The suite that every network must pass: `CHECKS`, run against a `Bench`; docs/networks/conformance.md shows how."""

from nestor.networks.conformance import breaking, calling, reading, sending
from nestor.networks.conformance.bench import CARRIED_OUT, Bench, Break, Shown, WebhookCall
from nestor.networks.conformance.expect import NotConforming
from nestor.networks.conformance.suite import CHECKS, Check

__all__ = [
    "CARRIED_OUT",
    "CHECKS",
    "Bench",
    "Break",
    "Check",
    "NotConforming",
    "Shown",
    "WebhookCall",
    "breaking",
    "calling",
    "reading",
    "sending",
]
