"""A real WordPress on its own MariaDB, on loopback, in a folder that goes away; nothing of it outlives the run."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

SOURCE = Path("/usr/share/wordpress")
FILES = Path(__file__).parent / "site_files"
PLUGIN = Path(__file__).parents[3] / "src" / "nestor" / "networks" / "wordpress" / "plugin" / "nestor-webhook.php"
READY_WITHIN = 60.0


class NotStarted(Exception):
    """A part of the site did not come up; the text carries the end of its log."""


class Site:
    """A running WordPress. `user` and `app_password` are the dedicated role's; others by login in `passwords`."""

    def __init__(self, folder: Path, url: str, passwords: Mapping[str, str], version: str) -> None:
        self.folder = folder
        self.url = url
        self.passwords = dict(passwords)
        self.version = version
        self.user = "desk"
        self.app_password = self.passwords["desk"]

    def post(self, title: str = "Night trains", text: str = "They run again.", kind: str = "post") -> int:
        """Publish something visitors can comment on; return its id."""
        return int(self.witness("post", title=title, text=text, type=kind))

    def visitor_comment(self, post: int, author: str, text: str, parent: int = 0) -> int:
        """Fill in the page's own form as a visitor would; return the comment's id (held: the site moderates)."""
        slug = "".join(letter for letter in author.lower() if letter.isascii() and letter.isalnum()) or "visitor"
        form = {"comment_post_ID": post, "comment_parent": parent, "author": author, "comment": text}
        form |= {"email": f"{slug}@visitors.example", "url": "", "submit": "Post Comment"}
        opener = urllib.request.build_opener(_NoRedirect())
        try:
            opener.open(f"{self.url}/wp-comments-post.php", urlencode(form).encode(), timeout=20)
        except urllib.error.HTTPError as answer:
            if answer.code != 302:
                raise
            location = answer.headers["Location"]
            return int(urlsplit(location).fragment.removeprefix("comment-"))
        raise AssertionError("the comment form did not redirect")

    def page_text(self, post: int) -> str:
        """Return the text that a reader of the page sees, without tags."""
        return _Text.of(self.page_html(post))

    def page_html(self, post: int) -> str:
        with urllib.request.urlopen(f"{self.url}/?p={post}", timeout=20) as answer:
            return str(answer.read().decode())

    def witness(self, verb: str, **asked: Any) -> Any:
        """Ask the site itself, past the REST API; `site_files/witness.php` has the verbs."""
        request = urllib.request.Request(f"{self.url}/?witness={verb}", json.dumps(asked).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def plant(self, post: int, text: str, **more: Any) -> int:
        """Put a comment there; `more`: author, email, parent, at (`2026-01-31 12:00:00`, UTC), approved, user."""
        return int(self.witness("plant", **{"post": post, "text": text, "author": "Vera Quill", **more}))

    def comments(self) -> dict[int, dict[str, str]]:
        """Return every row of the site's comment table by id, as the database has it."""
        return {int(row["id"]): row for row in self.witness("shown")}

    def install_plugin(self, webhook_url: str = "", secret: str = "") -> None:
        """Put Nestor's own plugin in place with these settings."""
        settings = {"NESTOR_WEBHOOK_URL": webhook_url, "NESTOR_WEBHOOK_SECRET": secret}
        lines = [f"define({json.dumps(name)}, {json.dumps(value)});" for name, value in settings.items()]
        (self.folder / "nestor-settings.php").write_text("<?php\n" + "\n".join(lines), encoding="utf-8")
        shutil.copy(PLUGIN, self.folder / "wp-content" / "mu-plugins" / PLUGIN.name)

    def remove_plugin(self) -> None:
        (self.folder / "wp-content" / "mu-plugins" / PLUGIN.name).unlink(missing_ok=True)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any, **named: Any) -> None:
        return None


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self._parts.append(data)

    @classmethod
    def of(cls, html: str) -> str:
        reader = cls()
        reader.feed(html)
        return " ".join("".join(reader._parts).split())


@contextmanager
def running_site() -> Iterator[Site]:
    """Start MariaDB, install WordPress, serve it; stop both and remove the folder at the end."""
    home = Path(tempfile.mkdtemp(prefix="nestor-wp-", dir="/tmp"))  # short: a socket's path has 107 characters at most
    home.chmod(0o711)  # MariaDB runs as its own user when the suite runs as root
    children: list[subprocess.Popen[bytes]] = []
    try:
        socket_path = _start_mariadb(home, children)
        yield _start_wordpress(home, socket_path, children)
    finally:
        for child in reversed(children):
            _stop(child)
        shutil.rmtree(home, ignore_errors=True)


def _stop(child: subprocess.Popen[bytes]) -> None:
    """End a child and all it started: politely, then not."""
    for way in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, way)
        with suppress(subprocess.TimeoutExpired):
            child.wait(20)


def _program(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
    if not found:
        raise NotStarted(f"no program {name}")
    return found


def _start_mariadb(home: Path, children: list[subprocess.Popen[bytes]]) -> Path:
    store, path = home / "mysql", home / "mysql" / "m.sock"
    store.mkdir()
    as_user = []
    if os.geteuid() == 0:
        shutil.chown(store, "mysql")
        as_user = ["--user=mysql"]
    flags = ["--no-defaults", *as_user, f"--datadir={store}"]
    made = subprocess.run(
        [_program("mariadb-install-db"), *flags, "--auth-root-authentication-method=normal", "--skip-test-db"],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        raise NotStarted(made.stderr.decode(errors="replace")[-2_000:])
    small = ["--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M", "--performance-schema=OFF"]
    unsafe = ["--innodb-flush-log-at-trx-commit=0", "--skip-networking", f"--socket={path}"]
    children.append(_spawn([_program("mariadbd"), *flags, *small, *unsafe], home / "mariadb.log"))
    sql = (
        "create database wp character set utf8mb4;"
        "create user wp@localhost identified by 'wp'; grant all on wp.* to wp@localhost"
    )
    client = [_program("mariadb"), "--no-defaults", "-uroot", f"--socket={path}", "-e", sql]
    _until(
        lambda: path.exists() and subprocess.run(client, capture_output=True, check=False).returncode == 0,
        children[-1],
        home / "mariadb.log",
    )
    return path


def _start_wordpress(home: Path, socket_path: Path, children: list[subprocess.Popen[bytes]]) -> Site:
    folder = home / "site"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("wp-config.php", "twenty*"))
    for name in ("wp-config.php", "router.php", "install.php"):
        shutil.copy(FILES / name, folder / name)
    shutil.copytree(FILES / "theme", folder / "wp-content" / "themes" / "bare")
    (folder / "wp-content" / "mu-plugins").mkdir()
    shutil.copy(FILES / "witness.php", folder / "wp-content" / "mu-plugins" / "witness.php")
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "NESTOR_TEST_SOCKET": str(socket_path), "NESTOR_TEST_URL": url}
    environment["PHP_CLI_SERVER_WORKERS"] = "4"
    installed = subprocess.run(
        [_program("php"), "install.php"], cwd=folder, env=environment, capture_output=True, check=False
    )
    try:
        made = json.loads(installed.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        raise NotStarted((installed.stdout + installed.stderr).decode(errors="replace")[-2_000:]) from None
    flags = ["-d", "opcache.revalidate_freq=0", "-d", "memory_limit=256M", "-d", "display_errors=0"]
    command = [_program("php"), *flags, "-S", f"127.0.0.1:{port}", "-t", str(folder), str(folder / "router.php")]
    children.append(_spawn(command, home / "php.log", environment))
    _until(lambda: _answers(f"{url}/wp-json/"), children[-1], home / "php.log")
    return Site(folder, url, made["passwords"], made["version"])


def _spawn(command: list[str], log: Path, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _until(is_ready: Any, child: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for a child that has no other way to say that it is ready."""
    give_up = time.monotonic() + READY_WITHIN
    while not is_ready():
        if child.poll() is not None or time.monotonic() > give_up:
            raise NotStarted(log.read_text(errors="replace")[-2_000:])
        time.sleep(0.1)
