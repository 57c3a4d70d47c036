"""Records what a real WordPress answers, for the tests that run where none can.

`python -m tests.services.wordpress.capture` writes them into the network's `payloads/`. People
and texts are made up here; addresses of machines are replaced; ids count from one.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nestor.networks.contract import Deed, NetworkTrouble, Parcel
from nestor.networks.registry import ALLOW_PRIVATE
from nestor.networks.wordpress import WORDPRESS, WordPressConnector
from tests.services.wordpress.proxy import Proxy
from tests.services.wordpress.site import Site, running_site

PAYLOADS = Path(__file__).parents[3] / "src" / "nestor" / "networks" / "wordpress" / "payloads"
KEPT_HEADERS = ("content-type", "x-wp-total", "x-wp-totalpages", "location")
MARK, OTHER_MARK = "0123456789abcdef", "fedcba9876543210"

Exchange = dict[str, Any]


class Recorder:
    """A proxy that writes down every exchange, and a connector that goes through it."""

    def __init__(self, site: Site, proxy: Proxy) -> None:
        self._site = site
        self._proxy = proxy
        self.exchanges: list[Exchange] = []
        proxy.deal = self._write_down

    def connect(self, password: str = "", webhook_secret: str = "") -> WordPressConnector:
        settings = {"url": self._proxy.url, "user": "desk", ALLOW_PRIVATE: "1"}
        secrets = {
            "application_password": password or self._site.app_password,
            "webhook_secret": webhook_secret,
        }
        return WORDPRESS.open(settings, secrets)

    def _write_down(self, request: bytes, answer: bytes) -> bytes:
        head, _, body = answer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        kept = {name.lower(): value for name, value in headers.items() if name.lower() in KEPT_HEADERS}
        text = body.decode()
        is_json = kept.get("content-type", "").startswith("application/json")
        exchange = {
            "request": " ".join(request.split(b"\r\n")[0].decode().split(" ")[:2]),
            "status": int(lines[0].split(" ")[1]),
            "headers": kept,
            "body": json.loads(text) if is_json else "<html>not found</html>",
        }
        self.exchanges.append(json.loads(self._anonymous(json.dumps(exchange))))
        return answer

    def _anonymous(self, text: str) -> str:
        for address in (self._site.url, self._proxy.url):
            for form in (address, address.replace("/", "\\/")):
                text = text.replace(form, "http://gazette.example")
        text = re.sub(r"https?:[\\/]+\d\.gravatar\.com[^\"]*", "http://avatars.example/1", text)
        return text.replace('"author_ip": "127.0.0.1"', '"author_ip": "192.0.2.1"')


def parcel(number: int, mark: str = MARK) -> Parcel:
    return Parcel(
        mark=mark,
        text="Bonjour Ana & merci <3",
        in_reply_to=str(number),
        attempted_at=datetime(2026, 11, 20, tzinfo=UTC),
    )


def reading(site: Site, recorder: Recorder) -> None:
    """A first read, then what changed."""
    post = site.post("Night trains & sleepers", "They run again from May.")
    now = datetime.now(UTC)
    at = [f"{now:%Y-%m-%d} 0{hour}:00:00" for hour in range(6)]
    held = site.plant(
        post, "Bonjour, le <b>train</b> de nuit ? 🚆", author="Ana Óg", email="ana@visitors.example", at=at[0]
    )
    approved = site.plant(post, "Great news!", author="Sam", approved="1", at=at[1], link="https://sam.example/")
    site.plant(post, "Thank you, Sam.", parent=approved, user="desk", approved="1", at=at[2])
    nameless = site.plant(post, "+1", author="Sam", parent=approved, approved="1", at=at[3])
    gone = site.plant(post, "Oops", author="Noor", email="noor@visitors.example", at=at[4])
    site.plant(post, "Cheap watches", author="Bot", approved="spam", at=at[4])
    dateless = site.plant(post, "Imported", author="Old Friend", email="old@visitors.example", at=at[5])
    site.witness(
        "sql", sql=f"UPDATE wp_comments SET comment_date_gmt='0000-00-00 00:00:00' WHERE comment_ID={dateless}"
    )
    connector = recorder.connect()
    connector.who_am_i()
    cursor = connector.fetch("").cursor
    site.witness("rewrite", id=held, text="Bonjour, le train de nuit part à quelle heure ?")
    site.witness("state", id=held, to="approve")
    site.witness("state", id=nameless, to="spam")
    site.witness("remove", id=gone)
    connector.fetch(cursor)


def answering(site: Site, recorder: Recorder) -> None:
    """Sent, found, sent again by the same and by another delivery."""
    number = site.plant(site.post(), "Bonjour ?", author="Ana Óg", email="ana@visitors.example", approved="1")
    connector = recorder.connect()
    connector.send(parcel(number))
    connector.find(parcel(number), datetime.now(UTC))
    connector.send(parcel(number))
    troubled(lambda: connector.send(parcel(number, OTHER_MARK)))
    connector.find(parcel(number, OTHER_MARK), datetime.now(UTC))


def moderating(site: Site, recorder: Recorder) -> None:
    """Every deed, an edit and a deletion."""
    number = site.plant(site.post(), "Bonjour ?", author="Ana Óg", email="ana@visitors.example")
    connector = recorder.connect()
    for deed in (Deed.APPROVE, Deed.HOLD, Deed.SPAM, Deed.TRASH, Deed.UNHIDE):
        connector.act(deed, str(number))
    receipt = connector.send(parcel(number)) if not troubled(lambda: connector.act(Deed.APPROVE, str(number))) else None
    if receipt is not None:
        connector.edit(receipt.network_id, "Bonjour Ana")
        connector.delete(receipt.network_id)
        connector.delete(receipt.network_id)


def refusing(site: Site, recorder: Recorder) -> None:
    """What WordPress refuses, and how it says so."""
    post = site.post()
    numbers = [site.plant(post, f"Bonjour {n}", author="Ana Óg", approved="1") for n in range(3)]
    site.witness("state", id=numbers[0], to="trash")
    site.witness("close", post=post)
    troubled(recorder.connect(password="no such password").who_am_i)
    connector = recorder.connect()
    troubled(lambda: connector.send(parcel(numbers[0])))
    troubled(lambda: connector.send(parcel(numbers[1])))
    site.witness("remove", id=numbers[2])
    troubled(lambda: connector.send(parcel(numbers[2])))


def plain(site: Site, recorder: Recorder) -> None:
    """A site without pretty addresses, with the plugin."""
    site.install_plugin("", "a secret of the suite")
    site.witness("option", name="permalink_structure", value="")
    connector = recorder.connect(webhook_secret="a secret of the suite")
    connector.who_am_i()
    connector.can()
    connector.fetch("")


def troubled(call: Callable[[], object]) -> bool:
    """Make a call that the site may refuse; say whether it did."""
    try:
        call()
    except NetworkTrouble:
        return True
    return False


def main() -> None:
    PAYLOADS.mkdir(exist_ok=True)
    for scene in (reading, answering, moderating, refusing, plain):
        with running_site() as site, Proxy(site.url) as proxy:
            recorder = Recorder(site, proxy)
            scene(site, recorder)
        text = json.dumps(recorder.exchanges, indent=1, ensure_ascii=False)
        (PAYLOADS / f"{scene.__name__}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
