"""Somebody of the team at the desk's own pages: signs in, looks, takes, reads, answers, resolves; over HTTP alone."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx

ROWS = re.compile(r'<li[^>]*\bdata-conversation="([\w-]+)"')
SHOWN = re.compile(r'name="shown" value="([^"]+)"')
SAID = re.compile(r'<div class="finding [^"]*">(.*?)</div>', re.DOTALL)
WORDS = {  # a few words may be said to everybody; more are warned of when they were said lately
    "en": (
        "Thanks, we are looking.",
        "Hello, thank you for writing, we look into it and come back to you here.",
    ),
    "fr": (
        "Merci, nous regardons cela.",
        "Bonjour, merci d’avoir écrit, nous regardons et revenons vers vous ici.",
    ),
}


class Astray(AssertionError):
    """A page did not do what somebody of the team expects of it."""


@dataclass(slots=True)
class Colleague:
    """One person and their browser; `answered` are the conversations they sent an answer to, once for each answer."""

    name: str
    client: httpx.Client
    answered: list[str] = field(default_factory=list)
    objections: list[str] = field(default_factory=list)

    def sign_in(self, password: str) -> None:
        """Come in by the door everybody uses."""
        self.client.get("/accounts/login/")
        self.post("/accounts/login/", login=f"{self.name}@nestor.example", password=password)
        if self.client.get("/inbox/").status_code != 200:
            raise Astray(f"{self.name} cannot sign in")

    def get(self, path: str, **headers: str) -> str:
        """Look at a page."""
        page = self.client.get(path, headers=headers)
        if page.status_code != 200:
            raise Astray(f"{path}: {page.status_code}")
        return page.text

    def post(self, path: str, **fields: str | list[str]) -> httpx.Response:
        """Send a form, as a browser without scripts does, and do not wait for the page it leads to."""
        token = self.client.cookies.get("csrftoken") or self.client.cookies.get("nestor_csrftoken") or ""
        reply = self.client.post(path, data=fields, headers={"X-CSRFToken": token})
        if reply.status_code not in (200, 204, 302, 422):
            raise Astray(f"{path}: {reply.status_code}")
        return reply

    def speak_for(self, brand: str) -> None:
        """Go to another brand's desk."""
        self.post("/me/brand", brand=brand)

    def rows(self, query: str) -> list[str]:
        """Return the conversations of the first page of a list."""
        return list(dict.fromkeys(ROWS.findall(self.get(f"/inbox/rows?{query}"))))

    def work_through(self, query: str) -> int:
        """Take, read, answer and resolve everything a list holds, page after page; return how much that was."""
        count = 0
        for narrower, (short, long) in ((f"{query}&language=en", WORDS["en"]), (query, WORDS["fr"])):
            while names := self.rows(narrower):
                for name in names:
                    self.attend(name, long if name == names[0] else short)
                count += len(names)
        return count

    def attend(self, name: str, text: str) -> None:
        """Do with one conversation what a community manager does."""
        self.post(f"/inbox/{name}/take")
        if 'id="thread"' not in self.get(f"/inbox/{name}/", **{"X-Nestor": "fragment"}):
            raise Astray(f"{name} shows no thread")
        self.answer(name, text)
        self.post(f"/inbox/{name}/resolve")

    def answer(self, name: str, text: str) -> None:
        """Send an answer; what the guard only warns of is looked at and sent all the same."""
        key = uuid.uuid4().hex
        reply = self.post(f"/inbox/{name}/answer", text=text, key=key)
        if reply.status_code == 422:
            self.objections += (shown := SHOWN.findall(reply.text))
            reply = self.post(f"/inbox/{name}/answer", text=text, key=key, shown=shown)
        if reply.status_code != 302:
            says = SAID.findall(reply.text)
            raise Astray(f"{name}: the answer did not leave ({reply.status_code}): {says}")
        self.answered.append(name)

    def hand_over(self, names: Iterable[str], to: str) -> None:
        """Give conversations to a colleague."""
        for name in names:
            self.post(f"/inbox/{name}/hand-over", to=to)

    def clear(self, query: str) -> None:
        """Resolve all that a list holds, in one deed."""
        if self.rows(query):
            self.post(f"/inbox/bulk?{query}", deed="resolve", all="1")
