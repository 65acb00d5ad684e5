"""The ``advisor`` command. Heavy imports stand inside the commands, so that help is instant."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, Optional

import typer

from bot.settings import Settings, SettingsError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Answers questions on one career from a knowledge file.",
)

slack = typer.Typer(no_args_is_help=True, help="The advisor in Slack.")
app.add_typer(slack, name="slack")


def main() -> None:
    """Run the command line."""
    app()


def _settings() -> Settings:
    try:
        return Settings.from_environment()
    except SettingsError as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    typer.echo(f"advisor: {message}", err=True)
    raise typer.Exit(1)


@app.command()
def chat() -> None:
    """Talk to the advisor in the terminal, or answer the lines of standard input."""
    from bot.runtime.errors import StartUpError
    from bot.terminal import run

    try:
        run(_settings())
    except StartUpError as error:
        _fail(str(error))


@app.command()
def ask(
    question: str = typer.Argument(..., help="What you want to know."),
    as_json: bool = typer.Option(False, "--json", help="Print the structured answer."),
) -> None:
    """Answer one question."""
    from bot.runtime.errors import StartUpError
    from bot.terminal import ask_once

    try:
        ask_once(_settings(), question, as_json=as_json)
    except StartUpError as error:
        _fail(str(error))


@app.command()
def serve(
    host: Optional[str] = typer.Option(None, help="Address to listen on; else HOST, or 127.0.0.1."),
    port: Optional[int] = typer.Option(None, help="Port to listen on; else PORT, or 5005."),
    workers: Optional[int] = typer.Option(
        None, min=1, max=64, help="Processes; else ADVISOR_WORKERS, or 1."
    ),
) -> None:
    """Serve the advisor over HTTP."""
    settings = _settings()
    if workers is not None:
        settings = replace(settings, workers=workers)
    if settings.workers > 1:
        from bot.runtime.workers import main as serve_main
    else:
        from bot.runtime.server import main as serve_main

    raise typer.Exit(serve_main(settings, host=host, port=port))


@app.command()
def embed(
    address: str = typer.Argument(..., help="The advisor's, such as https://advisor.example.edu."),
    title: str = typer.Option("Ask the career advisor", help="What stands on the button."),
    accent: str = typer.Option("#1f4e79", help="Colour of button and header, such as #1f4e79."),
) -> None:
    """Print the tag that puts the chat widget on a site."""
    from bot.settings import ORIGIN
    from bot.site.page import snippet

    base = address.lower().rstrip("/")
    if not ORIGIN.fullmatch(base):
        _fail(f"{address!r} is no address. Give one such as https://advisor.example.edu.")
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", accent):
        _fail(f"--accent: {accent!r} is no colour. Give one such as #1f4e79.")
    typer.echo(snippet(base, html.escape(title), accent))


@app.command()
def forget(
    conversation: str = typer.Argument(..., help="Id of the conversation: the channel's sender."),
) -> None:
    """Delete all that is stored of one conversation."""
    from bot.conversations_command import forget as forget_one
    from bot.runtime.errors import StartUpError, UnavailableError

    try:
        found = forget_one(_settings(), conversation)
    except (StartUpError, UnavailableError) as error:
        _fail(str(error))
    if not found:
        _fail("There is no conversation of this id.")
    typer.echo("Deleted.")


@app.command()
def purge(
    older_than: str = typer.Option(..., help="Days without a message, such as 30d."),
) -> None:
    """Delete all conversations that have been silent for long."""
    from bot.conversations_command import purge as purge_all
    from bot.runtime.errors import StartUpError, UnavailableError
    from bot.settings import days

    settings = _settings()
    try:
        silent = days(older_than)
    except ValueError:
        _fail(f"--older-than: {older_than!r} cannot be used. Give a number of days such as 30d.")
    try:
        typer.echo(f"Deleted {purge_all(settings, silent)} conversations.")
    except (StartUpError, UnavailableError) as error:
        _fail(str(error))


@app.command()
def train() -> None:
    """Train the model from knowledge, data, domain and config."""
    from rich.console import Console

    from bot.runtime.errors import StartUpError
    from bot.training import train as train_model

    console = Console(stderr=True)
    try:
        with console.status("Training the advisor ..."):
            model = train_model(_settings())
    except StartUpError as error:
        _fail(str(error))
    console.print(f"Trained {model.name}.")


@app.command()
def check(
    picture: Optional[Path] = typer.Option(
        None, help="Also draw the training data into this .html or .png file."
    ),
) -> None:
    """Check knowledge, training data, domain and rules, and whether they agree."""
    from bot.check import check_likeness, check_project

    if picture:
        _draw_data(picture)
    findings = check_project()
    if not any(finding.error for finding in findings):
        findings += check_likeness()
    for finding in findings:
        typer.echo(f"{'error' if finding.error else 'warning'}: {finding.text}")
    errors = sum(finding.error for finding in findings)
    if errors:
        typer.echo(f"{errors} to mend, {len(findings) - errors} to look at.", err=True)
        raise typer.Exit(1)
    typer.echo(f"Everything agrees; {len(findings)} to look at.")


def _draw_data(path: Path) -> None:
    from ruamel.yaml.error import YAMLError

    from bot.data_picture import write_picture

    try:
        typer.echo(f"Wrote {write_picture(path)}.")
    except (OSError, ValueError, YAMLError) as error:
        _fail(f"--picture: {error}")


@app.command()
def schema() -> None:
    """Write the JSON Schemas of the knowledge files anew."""
    from bot.knowledge.schema import write_schemas

    for path in write_schemas():
        typer.echo(f"Wrote {path.name}.")


@app.command()
def evaluate(
    folder: Path = typer.Option(
        Path("tests/evaluation/open"), help="Folder with utterances and dialogues."
    ),
    output: Path = typer.Option(Path("var/evaluation"), help="Folder for JSON and HTML."),
    sealed: bool = typer.Option(False, help="Ask the sealed half instead; totals only."),
    noise: bool = typer.Option(False, help="Add slips, missing letters, lost punctuation."),
) -> None:
    """Ask the evaluation set, print the table and write JSON and an HTML page."""
    from bot.evaluation.command import run
    from bot.runtime.errors import StartUpError

    folder = Path("tests/evaluation/sealed") if sealed else folder
    try:
        run(_settings(), folder, output, totals_only=sealed, noise=noise)
    except (StartUpError, ValueError) as error:
        _fail(str(error))


@slack.command("check")
def slack_check() -> None:
    """Check tokens, scopes and connection, and say what is missing."""
    from bot.slack_command import check as check_slack

    findings = check_slack(_settings())
    for finding in findings:
        typer.echo(f"{'ok' if finding.good else 'missing'}: {finding.text}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


@slack.command("preview")
def slack_preview(
    question: str = typer.Argument(..., help="What somebody asks in Slack."),
    png: Optional[Path] = typer.Option(
        None,
        "--picture",
        help="Write the picture of pay figures to this file.",
    ),
) -> None:
    """Show a reply as it would be in Slack, then its blocks as JSON."""
    from bot.channels.intake import IntakeError
    from bot.runtime.errors import StartUpError
    from bot.slack_command import as_json, chart_as_png, picture
    from bot.slack_command import preview as preview_reply

    try:
        reply = preview_reply(_settings(), question)
    except (IntakeError, StartUpError) as error:
        _fail(str(error))
    if png is not None:
        drawn = chart_as_png(reply)
        if drawn is None:
            _fail("This reply has no picture: only pay figures with a range are drawn.")
        try:
            png.write_bytes(drawn)
        except OSError as error:
            _fail(f"{png} cannot be written: {error.strerror}.")
    # Apart, so that the blocks can be piped on.
    typer.echo(picture(reply), err=True)
    typer.echo(as_json(reply))


if __name__ == "__main__":
    main()
