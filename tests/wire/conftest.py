"""Fixtures of the wire tests."""

from tests.wire.practice_desk import admin, desk, running, server

__all__ = ["admin", "desk", "running", "server"]
