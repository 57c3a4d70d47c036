"""How times, figures and other people's words are shown."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta
from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nestor import __version__
from nestor.faces.web import filter_words, notice_words, words
from nestor.routing.reads import Hit
from nestor.work.rules.words import query_of

register = template.Library()
TABLES: Mapping[str, words.Words] = {
    "way": notice_words.WAYS,
    "notice_reason": notice_words.REASONS,
    "lane": words.LANES,
    "tone": words.TONES,
    "kind": words.KINDS,
    "place": words.PLACES,
    "mail": words.MAIL_TROUBLES,
    "harm": words.HARMS,
    "flag": words.FLAGS,
    "urgency": words.URGENCIES,
    "state": words.STATES,
    "deed": words.DEEDS,
    "role": words.ROLES,
    "unit": words.UNITS,
    "trouble": words.TROUBLES,
    "remedy": words.WHAT_TO_DO,
    "language": filter_words.LANGUAGES,
    "translation": words.UNTRANSLATED,
}


def _locale() -> str:
    return "fr" if (get_language() or "en").startswith("fr") else "en_GB"


@register.simple_tag
@cache
def asset(path: str) -> str:
    """Return the address of one of our static files, new with each version."""
    return f"{static('nestor/' + path)}?v={__version__}"


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """Draw one of our own symbols; it says nothing to a screen reader, the words beside it do."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("nestor/icons.svg"), name
    )


@register.filter
def called(code: Any, table: str) -> str:
    """Return what a code of that table is called: `{{ row.lane|called:"lane" }}`."""
    return words.word(TABLES[table], str(code))


@register.simple_tag
def moment(at: datetime | None, css: str = "") -> SafeString | str:
    """Show a time as short as it can be understood; pointing at it says day, time and zone."""
    if at is None:
        return ""
    return format_html('<time class="{}" datetime="{}" title="{}">{}</time>', css, *_in_order(shown_moment(at)))


def _in_order(shown: tuple[str, str, str]) -> tuple[str, str, str]:
    at, when, title = shown
    return at, title, when


def shown_moment(at: datetime) -> tuple[str, str, str]:
    """Return a time for machines, as short as it can be understood, and in full."""
    local = timezone.localtime(at)
    return local.isoformat(timespec="seconds"), short(local), full(local)


def full(local: datetime) -> str:
    """Return day, time and zone in words."""
    zone = timezone.get_current_timezone_name()
    day, at = _day(local.date(), "full", _locale()), f"{local:%H:%M:%S}"
    return _("%(day)s at %(time)s (%(zone)s)") % {"day": day, "time": at, "zone": zone}


@lru_cache(maxsize=2000)
def _day(day: date, pattern: str, locale: str) -> str:
    return format_date(day, pattern, locale=locale)


def short(local: datetime) -> str:
    """Return a time of today as hours and minutes, another day's with its date."""
    now = timezone.localtime()
    if local.date() == now.date():
        return clock(local)
    if local.date() == (now - timedelta(days=1)).date():
        return _("yesterday %(time)s") % {"time": clock(local)}
    pattern = "d MMM" if local.year == now.year else "d MMM y"
    if abs(now - local) < timedelta(days=7):
        return f"{_day(local.date(), 'EEE', _locale())} {clock(local)}"
    return _day(local.date(), pattern, _locale())


def clock(local: datetime) -> str:
    """Return hours and minutes, as both languages write them."""
    return f"{local:%H:%M}"


@register.filter
def day_words(at: datetime) -> str:
    """Return a day in words, for headings."""
    return format_date(timezone.localtime(at), "full", locale=_locale())


@register.filter
def stamp(at: datetime) -> str:
    """Return day and time in figures, for tables."""
    return format_datetime(timezone.localtime(at), "d MMM HH:mm", locale=_locale())


@register.filter
def span_words(length: timedelta) -> str:
    """Return a length of time in words, one unit."""
    return format_timedelta(abs(length), threshold=1.2, format="long", locale=_locale())


@register.simple_tag
def due(at: datetime | None, now: datetime, warn_at: datetime | None = None) -> SafeString | str:
    """Show when an answer is owed, counted from now; from `warn_at` on it stands out."""
    if at is None:
        return ""
    left = at - now
    shown = _span(round(abs(left).total_seconds()), _locale())
    text = (_("%(span)s late") if left < timedelta() else _("in %(span)s")) % {"span": shown}
    local = timezone.localtime(at)
    css = "is-late" if left < timedelta() else ("is-careful" if warn_at is not None and warn_at <= now else "")
    title = _("Answer due %(when)s") % {"when": full(local)}
    return format_html(
        '<time class="due-in {}" datetime="{}" title="{}">{}</time>',
        css,
        local.isoformat(timespec="seconds"),
        title,
        text,
    )


CLOSING = timedelta(hours=6)  # a network's window stands out from then on


@register.simple_tag
def window(at: datetime | None, now: datetime) -> SafeString | str:
    """Show how long the network still takes an answer; nothing where it has no window."""
    if at is None:
        return ""
    left = at - now
    shown = _span(round(abs(left).total_seconds()), _locale())
    is_over = left < timedelta()
    text = _("window closed") if is_over else _("window %(span)s") % {"span": shown}
    until = (
        _("The network took an answer until %(when)s") if is_over else _("The network takes an answer until %(when)s")
    )
    local = timezone.localtime(at)
    css = "is-late" if is_over else ("is-careful" if left < CLOSING else "")
    stamp_ = local.isoformat(timespec="seconds")
    return format_html(
        '<time class="window {}" datetime="{}" title="{}">{}{}</time>',
        css,
        stamp_,
        until % {"when": full(local)},
        icon("window"),
        text,
    )


@lru_cache(maxsize=5000)
def _span(seconds: int, locale: str) -> str:
    return format_timedelta(timedelta(seconds=seconds), threshold=1.2, format="short", locale=locale)


@register.filter
def initials(name: str) -> str:
    """Return at most two letters of a colleague's name."""
    parts = [part for part in name.split() if part[:1].isalnum()]
    return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper()


@register.filter
def safe_link(url: str) -> str:
    """Return an outsider's address if it is one that may be followed, else nothing."""
    return url if url.lower().startswith(("https://", "http://")) else ""


@register.filter
def marked(hit: Hit) -> SafeString:
    """Show where a search hit: the words found are marked, everything is escaped."""
    parts, at = [], 0
    for start, end in hit.marks:
        parts.append(format_html("{}<mark>{}</mark>", hit.excerpt[at:start], hit.excerpt[start:end]))
        at = end
    parts.append(format_html("{}", hit.excerpt[at:]))
    return SafeString("".join(parts))


@register.filter
def unlocal(number: float) -> str:
    """Return a figure as drawings want it: with a point, whatever the language."""
    return f"{number:g}"


@register.filter
def is_cut_short(asked: str | None) -> bool:
    """Return whether more was asked for than a search looks for."""
    return bool(asked and query_of(asked).is_cut)
