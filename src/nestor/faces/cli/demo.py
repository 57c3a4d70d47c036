"""`nestor demo`: a living desk with a written community, on this machine only."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from gettext import gettext as _
from pathlib import Path

import click

from nestor.config.places import CORPORA
from nestor.config.supervisor import Part, answers
from nestor.faces.cli.errors import CommandFailed, Exit
from nestor.faces.cli.serve import open_port, prepare_desk, serve_desk
from nestor.networks.practice.admin import PracticeServer
from nestor.networks.practice.day import SPEED as SPEED_OF_A_BUSY_DAY

HOST = "127.0.0.1"
SPEED = 180.0  # script seconds a second: a day of the script takes eight minutes


def _environment(home: Path, port: int) -> dict[str, str]:
    return {
        "NESTOR_HOME": str(home),
        "NESTOR_DATABASE": f"sqlite:///{home / 'nestor.sqlite3'}",
        "NESTOR_DEMO": "1",
        "NESTOR_PRIVATE_NETWORKS": "1",
        "NESTOR_HOSTS": "127.0.0.1,localhost",
        "NESTOR_URL": f"http://{HOST}:{port}",
        "NESTOR_CARRIER": "local",
    }


def _free_port(wanted: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError:
            probe.close()
            return _free_port(0)
        return int(probe.getsockname()[1])


def _stock(home: Path, *wishes: str) -> int:
    """Fill the practice network and found the demo's brands, once; return the practice network's port."""
    card = home / "demo.json"
    known = json.loads(card.read_text(encoding="utf-8")) if card.exists() else {}
    port = _free_port(int(known.get("port", 0)))
    if known.get("port") == port:
        return port
    click.echo(_("  the practice network and its written community"))
    arguments = ["--stock", str(CORPORA / "community"), *wishes]
    with PracticeServer(home / "practice.sqlite3", port=port, arguments=arguments) as practice:
        command = [sys.executable, "-m", "nestor.faces.cli.demo_desk", practice.url, str(practice.file)]
        if subprocess.run(command, check=False).returncode != 0:
            raise CommandFailed(_("The demo could not be set up; the lines above say why."))
    card.write_text(json.dumps({"port": port}), encoding="utf-8")
    return port


def _practice(home: Path, port: int) -> Part:
    command = [sys.executable, "-m", "nestor.networks.practice", "serve", "--file", str(home / "practice.sqlite3")]
    return Part("practice", [*command, "--port", str(port)], is_silent=True)


def _open_browser(address: str, port: int) -> None:
    def wait_and_open() -> None:
        if answers(HOST, port, "/healthz", within=60):
            webbrowser.open(address)

    threading.Thread(target=wait_and_open, daemon=True).start()


@click.command("demo", help=_("Open a living desk with a written community, on this machine only."))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=_("Port of the desk."))
@click.option("--no-browser", is_flag=True, help=_("Do not open the browser."))
@click.option("--fresh", is_flag=True, help=_("Begin again: forget what was answered in the demo."))
@click.option("--day", is_flag=True, help=_("A busy day: about 1,500 messages for three brands, in a desk of its own."))
@click.option(
    "--speed",
    type=click.FloatRange(1, 10_000),
    help=_("How fast time goes there, set at the first start: 180 times, with --day 12 times."),
)
def command(port: int, no_browser: bool, fresh: bool, day: bool, speed: float | None) -> int:
    """Set the demo up on first use, then serve it until Ctrl+C."""
    begun = time.monotonic()
    home = Path(os.environ.get("NESTOR_HOME", "var")).expanduser().absolute() / ("demo-day" if day else "demo")
    listening = open_port(HOST, port)
    if fresh and home.exists():
        shutil.rmtree(home)
    is_first = not (home / "demo.json").exists()
    home.mkdir(parents=True, exist_ok=True)
    os.environ.update(_environment(home, port))
    if is_first:
        click.echo(_("Setting up the demo in {folder}:").format(folder=home))
        click.echo(_("  the database"))
    prepare_desk()
    pace = ["--speed", str(speed or (SPEED_OF_A_BUSY_DAY if day else SPEED)), *(["--day"] if day else [])]
    practice = _practice(home, _stock(home, *pace))
    address = f"http://{HOST}:{port}/"
    if not no_browser:
        _open_browser(address, port)
    click.echo(
        _("Starting the desk ({seconds:.0f} s so far). Ctrl+C ends it.").format(seconds=time.monotonic() - begun)
    )
    return serve_desk(listening, pages=2, threads=2, others=[practice]) or Exit.OK
