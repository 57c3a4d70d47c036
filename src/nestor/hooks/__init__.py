"""TOLD: other programs hear what happens, by signed calls with ids alone."""
