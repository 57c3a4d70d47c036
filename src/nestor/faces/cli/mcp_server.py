"""`nestor mcp`: an assistant reads, checks, drafts and proposes at the desk, over standard input and output."""

import sys
from gettext import gettext as _
from pathlib import Path

import click

from nestor.config.environment import Environment
from nestor.faces.cli.errors import CommandFailed
from nestor.faces.cli.mcp_tools import server_for


@click.command(
    "mcp", help=_("Let an assistant read, draft and propose, over standard input and output. It never sends.")
)
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("File that holds the token; otherwise NESTOR_MCP_TOKEN."),
)
def command(token_file: Path | None) -> None:
    """Serve one assistant until it goes."""
    secret = (token_file.read_text(encoding="utf-8") if token_file else Environment().text("NESTOR_MCP_TOKEN")).strip()
    if not secret:
        raise CommandFailed(_("Make a token under Settings › Tokens and give it in NESTOR_MCP_TOKEN or --token-file."))
    if sys.stdin.isatty():
        click.echo(_("An assistant is expected on standard input: start this from its settings."), err=True)
    server_for(secret).run("stdio")
