"""What networks accept, for checking a text without an account. A connector's own limits win wherever there is one.

"unsettled" sources disagree and the strictest of the credible figures stands here.
"""

from collections.abc import Mapping

from nestor.networks.contract import Limits

_READ = "2026-11-20"

KNOWN_LIMITS: Mapping[str, Limits] = {
    "x": Limits(
        280, "weighted", "X developer documentation, counting characters", _READ, link_length=23, images=4, alt=1000
    ),
    "facebook": Limits(8_000, "characters", "Facebook, length of a comment (from memory)", _READ, images=10),
    "instagram": Limits(2_200, "characters", "Instagram, length of a caption", _READ, images=10, alt=1000),
    "bluesky": Limits(300, "graphemes", "app.bsky.feed.post lexicon", _READ, text_bytes=3_000, images=4),
    "mastodon": Limits(
        500, "characters", "Mastodon, default of an instance", _READ, link_length=23, images=4, alt=1_500
    ),
    "wordpress": Limits(65_525, "bytes", "WordPress, comment_content_column_length", _READ),
    "email": Limits(None, "characters", "RFC 5322 sets none", _READ, subject=998),
    "linkedin": Limits(3_000, "characters", "LinkedIn, length of a post", _READ, images=20, alt=4_086),
}
