"""What people who mean harm write, and what honest people write that breaks careless code."""

HOSTILE_TEXTS = (
    "<script>alert(1)</script> & <img src=x onerror=alert(1)> \"quoted\" 'and' `so`",
    "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> %s %(name)s {0} {name!r}",
    "'; DROP TABLE messages; -- \\' \" OR 1=1",
    "=cmd|' /C calc'!A0 and +1+1 @SUM(1)",
    "\u202eevil\u202c \u2066isolated\u2069 a\u0300\u0301\u0302\u0303\u0304b",
    "👩‍👩‍👧‍👦 🇫🇷 👍🏽 e\u0301 ﷽ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 Ⅻ",
    "first line\nsecond line\n\nthird, after a gap",
    "../../etc/passwd file:///etc/passwd http://127.0.0.1:1/ javascript:alert(1)",
    "Bonjour, « ceci » est une phrase ordinaire : ça marche ?",
)

# What may be sent as it is: a network may refuse any of these, but must not alter it.
SENDABLE_TEXTS = tuple(text for text in HOSTILE_TEXTS if "\u202e" not in text)

HOSTILE_CURSORS = (
    "☃ nonsense",
    "0",
    "-1",
    "9" * 400,
    "' OR 1=1 --",
    "\x00\x01\x02",
    "YWZ0ZXI6OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
    '{"a": [',
    "\ud800",
)
