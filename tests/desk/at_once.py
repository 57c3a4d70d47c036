"""Doing several things at once, each on a connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do these in threads that begin together, each on its own connection; return results and errors, in order."""
    start, found = threading.Barrier(len(deeds)), [None] * len(deeds)

    def do(number: int, deed: Callable[[], Any]) -> None:
        start.wait()
        try:
            found[number] = deed()
        except Exception as error:  # noqa: BLE001  what it raised is its result
            found[number] = error  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(number, deed)) for number, deed in enumerate(deeds)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found
