"""The practice network: a simulated network in its own process and file, and the desk's connector to it."""
