"""A small community for the screens: a list long enough to scroll, and one of everything that looks different."""

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

from tests.screens.stage import Stage

MANY = 60
SLUR = "Bande d’incapables, vous êtes des connards et je vais vous casser la gueule"
OF_SLUR = " WHERE {} IN (SELECT {} FROM inbox_message WHERE text LIKE 'Bande d%')"  # how harsh is the reader's affair
HOSTILE_NAME = '"><img src=x onerror="window.pwned=1">\u202eevil'
HOSTILE_TEXT = (
    "<script>window.pwned=1</script> {{ 7*7 }} {% debug %} <svg onload=window.pwned=1>\u202e\u2066 tortu "
    + "a" * 400
    + " Z̸̡̛͓a̴l̷g̶o̵ javascript:window.pwned=1"
)
HOSTILE_HTML = (
    '<p>Hello <a href="javascript:window.pwned=1">there</a><img src=x onerror="window.pwned=1">'
    '<style>body{display:none}</style><iframe src="https://example.test"></iframe></p>'
)


def stock(stage: Stage) -> None:
    """Let visitors have said what the tests look for."""
    start = datetime.now(UTC) - timedelta(hours=20)
    for number in range(MANY):
        at = start + timedelta(minutes=15 * number)
        stage.say(f"Le train de {number} h 12 est-il à l’heure ? Merci !", by=f"rider{number}", published_at=at)
    later = [start + timedelta(hours=17, minutes=5 * number) for number in range(8)]
    stage.say(SLUR, by="eve", published_at=later[0])
    post = stage.admin.speak(stage.account("page"), "Lifts: the state of works, station by station.", kind="post")
    edited = stage.say("The lift at Bellombre is brocken", "page", by="gus", reply_to=post)
    gone = stage.say("I take back what I said about Gate 9", by="ida", published_at=later[2])
    stage.say("", by="pat", published_at=later[3], images=["a flooded platform"])
    stage.say(HOSTILE_TEXT, by=HOSTILE_NAME, name=HOSTILE_NAME, handle="@<b>evil</b>", published_at=later[4])
    mail = {"kind": "mail", "subject": "<b>Subject</b>", "html": HOSTILE_HTML}
    stage.say("Hello there", "mail", by="mallory@example.test", published_at=later[5], **mail)
    stage.say("What are your opening hours?", "private", by="nora", published_at=later[6])
    wait_for_routes(stage, MANY + 7)
    _change(
        stage,
        "UPDATE triage_reading SET harm_level = 3, harm_kinds = '[\"insult\"]'" + OF_SLUR.format("message_id", "id"),
    )
    _change(stage, "UPDATE routing_route SET harm_level = 3" + OF_SLUR.format("conversation_id", "conversation_id"))
    stage.admin.rewrite(edited, "The lift at Bellombre is broken since Monday")
    stage.admin.remove(gone)
    wait_for_versions(stage)


def wait_for_routes(stage: Stage, count: int) -> None:
    """Wait until the desk has read and routed so many conversations."""
    until(stage, f"SELECT count(*) >= {count} FROM routing_route")


def wait_for_versions(stage: Stage) -> None:
    """Wait until an edit and a deletion have arrived."""
    until(
        stage,
        "SELECT (SELECT count(*) FROM inbox_messageversion) > 0"
        " AND (SELECT count(*) FROM inbox_message WHERE vanished_at IS NOT NULL) > 0",
    )


def _change(stage: Stage, statement: str) -> None:
    with closing(sqlite3.connect(stage.home / "nestor.sqlite3", timeout=20)) as database, database:
        database.execute(statement)


def until(stage: Stage, question: str) -> None:
    """Wait until the desk's database answers a question with anything but nothing, zero or false."""
    pause = threading.Event()
    for _turn in range(300):
        with closing(sqlite3.connect(stage.home / "nestor.sqlite3", timeout=20)) as database:
            if database.execute(question).fetchone()[0]:
                return
        pause.wait(0.2)
    raise RuntimeError(f"the desk never came to: {question}")
