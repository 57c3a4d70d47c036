"""How one reaches a WordPress site: settings, the session, what its errors mean, who we are there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from json import loads
from typing import Any
from zoneinfo import ZoneInfo

from nestor.networks.contract import Account, Field, NetworkTrouble, Reason, Refused, TryLater, Uncertain
from nestor.networks.http import HttpSession, Response
from nestor.networks.registry import ALLOW_PRIVATE
from nestor.networks.wordpress.comments import user_of

FIELDS = (
    Field("url", kind="url"),
    Field("user"),
    Field("application_password", kind="secret"),
    Field("webhook_secret", kind="secret", required=False),
)
FLOOD_PAUSE = timedelta(seconds=15)  # WordPress's own interval between two comments of one author
_ABOUT = "nestor/v1/about"  # answered by plugin/nestor-webhook.php
_MEANINGS = {
    "rest_not_logged_in": Reason.SIGN_IN,
    "rest_comment_login_required": Reason.SIGN_IN,
    "incorrect_password": Reason.SIGN_IN,
    "invalid_username": Reason.SIGN_IN,
    "invalid_email": Reason.SIGN_IN,
    "application_passwords_disabled": Reason.SIGN_IN,
    "application_passwords_disabled_for_user": Reason.SIGN_IN,
    "rest_comment_invalid_id": Reason.GONE,
    "rest_comment_invalid_post_id": Reason.GONE,
    "rest_comment_draft_post": Reason.GONE,
    "rest_comment_trash_post": Reason.GONE,
    "rest_post_invalid_id": Reason.GONE,
    "rest_comment_closed": Reason.CLOSED,
    "comment_content_column_length": Reason.TOO_LONG,
    "comment_duplicate": Reason.DUPLICATE,
    "nestor_mark_taken": Reason.DUPLICATE,
    "rest_no_route": Reason.INVALID,
}


class NoApi(Refused):
    """Nothing at this address speaks WordPress's REST API, at least for now: maintenance pages look the same."""

    def __init__(self) -> None:
        super().__init__(Reason.MALFORMED, "no WordPress REST API answers at this address", permanent=False)


@dataclass(frozen=True, slots=True)
class Me:
    """The signed-in user: its id, names, page, and what its role may do."""

    id: int
    login: str
    name: str
    url: str
    may: frozenset[str]


class Site:
    """The REST API of one site, as one user. Paths are below `wp/v2/` unless they name another namespace."""

    def __init__(self, session: HttpSession, name: str, *, has_plugin_secret: bool) -> None:
        self.name = name  # host and path: tells the users of one site from those of another
        self._session = session
        self._is_plain = False  # True: the site has no pretty addresses, the API is behind ?rest_route=
        self._is_found = False
        self._me: Me | None = None
        self.has_plugin_secret = has_plugin_secret
        self._has_plugin: bool | None = None if has_plugin_secret else False

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Response:
        """Read; the caller parses."""
        return self._call("GET", path, params=params)

    def post(
        self, path: str, body: Mapping[str, Any], *, idempotent: bool = False, not_after: datetime | None = None
    ) -> Response:
        """Write once, or not at all after `not_after`; repeated by itself only where it is said to be idempotent."""
        return self._call("POST", path, json=dict(body), idempotent=idempotent, not_after=not_after)

    def delete(self, path: str, params: Mapping[str, str | int] | None = None) -> Response:
        """Remove; a second time finds nothing and changes nothing."""
        return self._call("DELETE", path, params=params, idempotent=True)

    def me(self) -> Me:
        """Return who the credentials are, asked once per connector."""
        if self._me is None:
            self._me = _read_me(self.get("users/me", {"context": "edit"}).json())
        return self._me

    def has_plugin(self) -> bool:
        """Say whether Nestor's plugin answers on the site; asked only where its secret is known."""
        if self._has_plugin is None:
            try:
                told = self.get(_ABOUT).json()
            except Refused:
                told = None
            self._has_plugin = isinstance(told, dict) and "nestor" in told
        return self._has_plugin

    def zone(self) -> tzinfo:
        """Return the site's time zone, a fixed offset where it is set so."""
        root = self._session.request("GET", "", params={"rest_route": "/", "_fields": "timezone_string,gmt_offset"})
        try:
            told = root.json()
            if told["timezone_string"]:
                return ZoneInfo(told["timezone_string"])
            return timezone(timedelta(hours=float(told["gmt_offset"])))
        except (KeyError, TypeError, ValueError, OverflowError, OSError):  # an unknown zone is a KeyError
            raise Refused(Reason.MALFORMED, "the site does not tell its time zone") from None

    def close(self) -> None:
        """Give back connections."""
        self._session.close()

    def _call(self, method: str, path: str, **more: Any) -> Response:
        """Call; the first read finds out which of the two addresses the API has. Every write here follows a read."""
        if not self._is_found and method == "GET":
            return self._first(path, **more)
        return self._sent(method, path, **more)

    def _first(self, path: str, **more: Any) -> Response:
        """Read at either address. Where one is not the API, sites answer 404, their home page, or a redirect to it."""
        try:
            answer = _checked_api(self._sent("GET", path, **more))
        except Refused as trouble:
            if not isinstance(trouble, NoApi) and trouble.detail in _MEANINGS:
                self._is_found = True
                raise
            answer = self._first_plain(trouble, path, **more)
        self._is_found = True
        return answer

    def _first_plain(self, trouble: Refused, path: str, **more: Any) -> Response:
        self._is_plain = True
        try:
            return _checked_api(self._sent("GET", path, **more))
        except Refused as second:
            if second.detail in _MEANINGS:
                raise
            self._is_plain = False
            raise trouble from None

    def _sent(self, method: str, path: str, **more: Any) -> Response:
        route = path if path.startswith("nestor/") else f"wp/v2/{path}"
        if self._is_plain:
            params = {"rest_route": f"/{route}", **(more.pop("params", None) or {})}
            return self._session.request(method, "", params=params, **more)
        return self._session.request(method, f"wp-json/{route}", **more)


def open_site(settings: Mapping[str, str], secrets: Mapping[str, str], **session: Any) -> Site:
    """Return the site; raise `Refused(INVALID | UNSAFE)` when a setting makes no sense. No network call."""
    user, password = settings.get("user", "").strip(), secrets.get("application_password", "")
    if not user or not password.strip():
        raise Refused(Reason.INVALID, "user and application password are both needed")
    home = _home(settings.get("url", ""))
    opened = HttpSession(
        home,
        auth=(user, "".join(password.split())),  # WordPress shows it in groups of four
        headers={"Accept": "application/json", "Cache-Control": "no-cache"},
        allow_private=settings.get(ALLOW_PRIVATE) == "1",
        explain=explain,
        **{"read_for": 20.0, "total_for": 30.0, "max_bytes": 16_000_000, **session},
    )
    return Site(opened, home.partition("://")[2].lower(), has_plugin_secret=bool(secrets.get("webhook_secret")))


def _checked_api(answer: Response) -> Response:
    """Return the answer if it is the API's; a home page is not."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        raise NoApi
    return answer


def _home(url: str) -> str:
    """Return the site's own address, whatever page of its administration was pasted."""
    return re.sub(r"/(wp-json|wp-admin|wp-login\.php|xmlrpc\.php)\b.*$", "", url.strip()).rstrip("/")


def who_am_i(site: Site) -> Account:
    """Prove the credentials and say what is unwise or missing about them, as codes."""
    me = site.me()
    lacking = {"edit_posts", "edit_others_posts", "edit_published_posts"} - me.may
    said = {
        "cannot_moderate": "moderate_comments" not in me.may,
        "cannot_read_held": bool(lacking),
        "unfiltered_html": "unfiltered_html" in me.may,
        "administrator": "manage_options" in me.may,
        "plugin_missing": site.has_plugin_secret and not site.has_plugin(),
    }
    warnings = tuple(code for code, is_so in said.items() if is_so)
    return Account(network_id=user_of(site.name, me.id), handle=me.login, name=me.name, url=me.url, warnings=warnings)


def _read_me(row: Any) -> Me:
    try:
        may = frozenset(name for name, is_granted in row["capabilities"].items() if is_granted)
        return Me(int(row["id"]), str(row["slug"]), str(row["name"]), str(row["link"]), may)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused(Reason.MALFORMED, "users/me is not what WordPress answers") from None


def code_of(answer: Response) -> str:
    """Return WordPress's own error code, "" where the answer carries none."""
    try:
        code = loads(answer.body)["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return code if isinstance(code, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,80}", code) else ""


def explain(answer: Response) -> NetworkTrouble | None:
    """Return what an error of WordPress means; None leaves it to the status."""
    code = code_of(answer)
    if code in _MEANINGS:
        return Refused(_MEANINGS[code], code)
    if code == "comment_flood":
        return TryLater(Reason.LIMITED, FLOOD_PAUSE, code)
    if code == "nestor_mark_in_flight":
        return Uncertain(Reason.OUTAGE, code)
    if code in ("rest_comment_failed_create", "rest_comment_failed_edit"):
        return Refused(Reason.INVALID, code, permanent=False)
    if not code and answer.status == 404:
        return NoApi()
    return None
