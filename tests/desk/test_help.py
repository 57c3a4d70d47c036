"""Help in both languages: the guide, whole, and what it says of each page."""

import re

from django.test import Client
from django.utils import translation

from nestor.faces.web.help import PAGES, guide, section_for
from tests.desk.browser import as_
from tests.desk.cast import Cast


def test_both_languages_have_the_same_sections_under_the_same_names() -> None:
    english, french = guide("en"), guide("fr")
    assert [one.slug for one in english] == [one.slug for one in french]
    assert len(english) == len({one.slug for one in english}) > 10
    assert [one.title for one in english] != [one.title for one in french]
    assert guide("xx") == english


def test_every_page_has_its_section() -> None:
    slugs = {one.slug for one in guide("en")}
    assert {slug for _start, slug in PAGES} <= slugs
    with translation.override("fr"):
        found = section_for("/members/0123456789abcdef/")
    assert found is not None
    assert (found.slug, found.title) == ("members", "Membres")
    today = section_for("/")
    assert today is not None
    assert today.slug == "today"


def test_the_guide_is_harmless_html_and_leads_nowhere_else() -> None:
    for language in ("en", "fr"):
        for one in guide(language):
            assert "<script" not in one.html
            assert "<img" not in one.html
            assert not re.search(r'href="(?!https?:)', one.html)
            assert " style=" not in one.html


def test_the_pages_show_it(cast: Cast) -> None:
    client = as_(cast.vera)
    page = client.get("/help/").content.decode()
    assert 'id="members"' in page
    assert "<table" in page
    part = client.get("/help/here?page=/journal/").content.decode()
    assert "What was done, when and why" in part
    assert "/help/#journal" in part
    assert client.get("/help/here?page=%00%E2%80%AE").status_code == 200
    french = Client(headers={"accept-language": "fr"})
    french.force_login(cast.vera.user)
    assert "Toutes les personnes du dehors" in french.get("/help/here?page=/members/").content.decode()
    assert "help/here?page=/members/" in client.get("/members/").content.decode()
