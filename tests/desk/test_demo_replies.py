"""The saved replies of the written worlds: all of them can be kept, in both languages, with what is filled in."""

from nestor.composer.models import SavedReply
from nestor.config.places import CORPORA
from nestor.faces.cli.demo_rows import found_replies, found_team
from tests.desk.cast import NOON, Cast


def test_every_world_has_replies_in_both_languages(cast: Cast) -> None:
    found_team(cast.brand, [], NOON)
    for file in sorted((CORPORA / "community").glob("*/replies.yaml")):
        SavedReply.objects.of(cast.brand).delete()
        found_replies(cast.brand, file, NOON)
        rows = SavedReply.objects.of(cast.brand)
        french, english = (set(rows.filter(language=one).values_list("shortcut", flat=True)) for one in ("fr", "en"))
        assert french == english
        assert len(french) == 5
        assert all("{me" in row.text for row in rows)
