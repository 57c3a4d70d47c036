"""A text laid out for checking, once for all rules."""


class Proof:
    """One text that goes out. What a rule needs of it is worked out at the first question and kept."""

    def __init__(self, text: str) -> None:
        self.text = text
