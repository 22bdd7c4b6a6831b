"""`carnet import shopify` and `carnet import woocommerce`: orders read from the shop itself, by its platform's API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from domain.imports import COMPLETED, Choices
from importers import local, service
from importers.faults import UnusableFile
from importers.intakes import ImportRequest
from importers.live.calls import Answer, Caller, Unanswered
from importers.live.platform import LivePlatform
from importers.live.reading import LiveReader, Reading
from importers.live.shopify import ShopifyLive
from importers.live.woocommerce import WooCommerceLive
from projections.runtime import Runtime
from projections.settings import Settings
from scripts.import_run import begun, end, run, told_faults
from scripts.installation import opened_runtime
from workers.fetching import fetch
from workers.marketing.webhooks import PrivateAddress, Unreachable

LONGEST_TOKEN = 4_096
TOKENS: Mapping[str, Callable[[Settings], str]] = {
    ShopifyLive.name: lambda settings: settings.shopify_token,
    WooCommerceLive.name: lambda settings: settings.woocommerce_token,
}
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _reading(command: Callable[..., None]) -> Callable[..., None]:
    """The options that every platform has."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the control totals as JSON."),
        click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="Where refused rows go."),
        click.option(
            "--yes-i-checked", "checked", multiple=True, metavar="NAME",
            help="Say of what looks wrong, by its name, that you looked at it and it is right.",
        ),
        click.option("--automations", is_flag=True, help="Let mails and automations follow."),
        click.option("--dry-run", is_flag=True, help="Read and decide everything, store nothing."),
        click.option(
            "--update/--report", "update", default=True,
            help="Whether orders that changed since are led on, or only counted.",
        ),
        click.option("--stock", type=click.Choice(["leave", "apply"]), default="leave", help="Whether stock moves."),
        click.option("--token-file", type=FILE, help="Holds the token."),
        click.option("--source", default="", help="Name of the shop where several of one platform are read."),
        click.option("--url", required=True, help="Address of the shop, like https://my-shop.myshopify.com."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command()
@_reading
def shopify(**told: Any) -> None:
    """Read orders from a Shopify shop: all of them the first time, then those that changed since.

    The access token of a custom app that may read orders comes from --token-file, or from CARNET_SHOPIFY_TOKEN.
    """
    _load(ShopifyLive(), **told)


@click.command()
@_reading
def woocommerce(**told: Any) -> None:
    """Read orders from a WooCommerce shop: all of them the first time, then those that changed since.

    Its key and secret, `ck_...:cs_...`, come from --token-file, or from CARNET_WOOCOMMERCE_TOKEN.
    """
    _load(WooCommerceLive(), **told)


def _load(
    platform: LivePlatform,
    *,
    url: str,
    source: str,
    token_file: Path | None,
    update: bool,
    dry_run: bool,
    automations: bool,
    stock: Any,
    checked: tuple[str, ...],
    errors: Path | None,
    as_json: bool,
) -> None:
    choices = Choices(dry_run=dry_run, stock=stock, automations=automations, on_change="update" if update else "report")
    with told_faults(as_json=as_json), opened_runtime() as runtime:
        private = runtime.settings.webhooks_private
        token = _token(runtime.settings, platform, token_file)
        caller = Caller(partial(_get, private=private), platform.headers(token))
        reader = LiveReader(runtime, platform, _shop(url, private=private), source or platform.name, caller)
        with reader.alone():
            reading = reader.read(lambda pages: click.echo(f"{pages} pages read", err=True))
            if not reading.orders:
                reader.end(None)
                click.echo("Nothing changed since the last time.")
                return
            _take_in(runtime, reader, reading, choices, source or platform.name, checked, errors, as_json=as_json)


def _take_in(
    runtime: Runtime,
    reader: LiveReader,
    reading: Reading,
    choices: Choices,
    source: str,
    checked: tuple[str, ...],
    errors: Path | None,
    *,
    as_json: bool,
) -> None:
    """Takes what was read in, as the file that it is; only once it is in is it not read again."""
    path = str(reading.file.resolve())
    asked = ImportRequest(files=(path,), source=source, timezone="UTC", decimal=".", choices=choices)
    import_id = begun(runtime, [reading.file], asked, None)
    run(runtime, import_id, checked, local.PROCESSES)
    if service.state_of(runtime, import_id).state == COMPLETED:
        reader.end(None if choices.dry_run else reading.upto)
    end(runtime, import_id, errors or Path(f"{source}-errors.csv"), as_json=as_json)


def _token(settings: Settings, platform: LivePlatform, file: Path | None) -> str:
    """The token, which is never told on the command line: others would read it there."""
    told, name = TOKENS[platform.name](settings), f"CARNET_{platform.name.upper()}_TOKEN"
    try:
        token = (file.read_text(encoding="utf-8")[:LONGEST_TOKEN] if file else told).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableFile(f"The token cannot be read: {type(error).__name__}.") from None
    if not token or not token.isascii() or not token.isprintable():
        raise UnusableFile(f"There is no token: put it into {name}, or into a file that --token-file names.")
    return token


def _shop(url: str, *, private: bool) -> str:
    """The shop's address; one without encryption would tell the token to everybody on the way."""
    told = urlsplit(url)
    if told.scheme not in ("http", "https") or not told.hostname or told.username or told.query or told.fragment:
        raise UnusableFile("Say the shop's address, like https://my-shop.myshopify.com.")
    if told.scheme == "http" and not private:
        raise UnusableFile("The shop's address must begin with https://: its token would be read on the way.")
    return url.rstrip("/")


def _get(url: str, headers: Mapping[str, str], *, private: bool) -> Answer:
    try:
        return Answer(*fetch(url, headers, private=private))
    except PrivateAddress:
        raise UnusableFile("The shop's name leads to an address on a private network, which is not called.") from None
    except Unreachable as fault:
        raise Unanswered(str(fault)) from fault
