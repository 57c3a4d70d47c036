"""A channel of the cast's brand on the real practice network, and both ends of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nestor.brands.actions import connect_channel
from nestor.brands.models import Brand, Channel
from nestor.inbox.actions import open_cursor, read_channel
from nestor.inbox.models import Conversation, Cursor, Message
from nestor.networks.contract import Account
from nestor.networks.practice.admin import DeskAccount, PracticeServer
from nestor.vocabulary import new_public_id
from nestor.work.jobs import work_until_idle


@dataclass(slots=True)
class Line:
    """The network's end and the desk's end of one channel."""

    server: PracticeServer
    account: DeskAccount
    channel: Channel
    post: str

    def say(self, text: str, by: str = "dan", **more: Any) -> str:
        """Let a visitor speak to the account; return the message's id."""
        fresh = {"reply_to": self.post} if self.post else {"to": self.account.account_id}
        return self.server.admin.say(self.account.place, text, by=by, **({} if "reply_to" in more else fresh) | more)

    def read(self, now: datetime) -> None:
        """Let the desk read the channel and do all that follows."""
        Cursor.objects.of(self.channel.brand_id).filter(channel=self.channel).update(due_at=now)
        read_channel(Cursor.objects.of(self.channel.brand_id).get(channel=self.channel).pk, now)
        self.channel.refresh_from_db()
        work_until_idle(lambda: now)

    def copies(self, text: str) -> int:
        """Return how many messages of ours with this text are on the network, by the witness's word."""
        ours = [one for one in self.server.testimonies() if one.account_id == self.account.account_id]
        return sum(one.verb == "send" and one.outcome == "accepted" and one.text == text for one in ours)

    def asked(self, text: str, now: datetime, by: str = "dan") -> Conversation:
        """Let a visitor ask and the desk read it; return the conversation."""
        said = self.say(text, by)
        self.read(now)
        message = Message.objects.of(self.channel.brand_id).select_related("conversation__channel").get(network_id=said)
        found: Conversation = message.conversation
        return found


def connect_line(server: PracticeServer, brand: Brand, place: str, now: datetime) -> Line:
    """Connect a fresh account of a place."""
    name = new_public_id()
    account = server.admin.desk_account(place, ref=name, handle=f"@{name}", name="Ligne Verte")
    known = Account(account.account_id, account.handle, account.name)
    where = {"url": server.url, "place": place}
    channel = connect_channel(brand, "practice", known, now, settings=where, secrets={"token": account.token})
    open_cursor(channel, now)
    post = server.admin.speak(account, "Horaires d’été", kind="post") if place == "page" else ""
    return Line(server, account, channel, post)
