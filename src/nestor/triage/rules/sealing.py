"""Which readings keep a message from shared view."""

from nestor.triage.rules.contract import Reading
from nestor.vocabulary import Lane


def must_be_sealed(reading: Reading) -> bool:
    """Return whether the message may be an insider's or a witness's alert: need-to-know until a person says otherwise."""
    if reading.lane is Lane.ALERT:
        return True
    return reading.suspected and reading.lanes.get(Lane.ALERT, 0.0) > reading.lanes.get(Lane.THREAT, 0.0)
