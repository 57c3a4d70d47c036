"""ROUTED: who answers, by when: lanes, assignment, clocks."""
