"""The practice network: a simulated network in its own process and file, and the desk's connector to it."""

from nestor.networks.practice.connect import PRACTICE, PracticeConnector, PracticeNetwork

__all__ = ["PRACTICE", "PracticeConnector", "PracticeNetwork"]
