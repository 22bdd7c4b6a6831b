"""What an installation may choose: one frozen dataclass read from CARNET_* variables, without any other I/O."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import Env, ValidationError, validate

PREFIX = "CARNET_"
SHORTEST_SECRET = 32
MAIL_SERVERS = ("smtp", "smtp+starttls", "smtps")


def _setting(default: Any, doc: str, *rules: Any) -> Any:
    """A field with its default, the line that documents it and the rules its value must pass."""
    return field(default=default, metadata={"doc": doc, "rules": rules})


def _between(lowest: int, highest: int) -> validate.Range:
    return validate.Range(min=lowest, max=highest)


def _empty_or_long(value: str) -> None:
    """A master secret is left out or has at least 32 characters."""
    if value and len(value) < SHORTEST_SECRET:
        raise ValidationError(f"use at least {SHORTEST_SECRET} characters")


def _empty_or_mail_server(value: str) -> None:
    """A mail server has an address of one of three kinds, and a host."""
    told = urlsplit(value)
    if value and (told.scheme not in MAIL_SERVERS or not told.hostname):
        raise ValidationError("use smtp://, smtp+starttls:// or smtps:// and a host")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one installation; the variable is the field's name in capitals after CARNET_."""

    data_dir: Path = _setting(Path("var"), "Folder of the embedded database, its log and the master secret.")
    database_url: str = _setting("", "An own PostgreSQL (15 or later) instead of the embedded one.")
    secret_key: str = _setting(
        "",
        "Master secret that seals personal data, 32 characters or more; made once in the data folder when unset.",
        _empty_or_long,
    )
    host: str = _setting("127.0.0.1", "Address the server listens on.")
    port: int = _setting(8000, "Port the server listens on.", _between(1, 65535))
    processes: int = _setting(2, "Server processes.", _between(1, 256))
    threads: int = _setting(8, "Threads of each server process.", _between(1, 256))
    timeout: int = _setting(30, "Seconds after which a silent server process is replaced.", _between(1, 3600))
    pool_size: int = _setting(10, "Most database connections of each process.", _between(2, 500))
    body_limit: int = _setting(1024 * 1024, "Largest request body, in bytes.", _between(1024, 1024 * 1024 * 1024))
    upload_limit: int = _setting(
        2 * 1024 * 1024 * 1024, "Largest file an import takes, in bytes.", _between(1024, 1024 * 1024 * 1024 * 1024)
    )
    files_dir: str = _setting(
        "", "Folder of uploaded files and error reports, shared by all machines; in the data folder when unset."
    )
    files_days: int = _setting(
        30, "Days the files of an import are kept after it last moved, and those of other jobs.", _between(1, 3650)
    )
    document_years: int = _setting(
        10, "Years after its day that an issued invoice or credit note can be printed as issued.", _between(1, 100)
    )
    exports: int = _setting(2, "Exports that each server process streams at one time.", _between(1, 256))
    page_limit: int = _setting(200, "Most items a list answers with on one page.", _between(1, 10_000))
    idempotency_days: int = _setting(30, "Days an Idempotency-Key and its answer are kept.", _between(1, 3650))
    session_hours: int = _setting(12, "Hours after which a console session must sign in again.", _between(1, 24 * 365))
    trusted_proxies: int = _setting(0, "Reverse proxies whose X-Forwarded-* headers are believed.", _between(0, 16))
    broker_url: str = _setting(
        "", "Where effects queue: redis:// or amqp:// for many machines; the database when unset."
    )
    worker_threads: int = _setting(8, "Effects a worker performs at one time.", _between(1, 256))
    lease_seconds: int = _setting(
        30, "Seconds after which the work of a worker that died is taken up by another.", _between(1, 3600)
    )
    smtp_url: str = _setting(
        "",
        "Mail server: smtp://, smtp+starttls:// or smtps://, with name:password@ where it asks for them; "
        "?cafile= names its certificates, ?timeout= the seconds it may take. Unset: mails are kept, not sent.",
        _empty_or_mail_server,
    )
    mail_from: str = _setting("", "Address that mails come from; the seller's own when unset.")
    stripe_secret_key: str = _setting("", "Secret key of the shop's Stripe account; unset: Stripe is not used.")
    stripe_webhook_secret: str = _setting("", "Secret that Stripe signs its webhooks to this server with.")
    stripe_api_url: str = _setting("", "Another server that speaks Stripe's API, for tests.")
    reconcile_days: int = _setting(
        14, "Days that the nightly reconciliation with payment providers looks back.", _between(1, 3660)
    )
    public_url: str = _setting("", "Address under which customers reach this server, for links in mails.")
    webhooks_private: bool = _setting(False, "Whether webhooks may call addresses on a private network.")
    log_level: str = _setting(
        "info", "Least level that is logged.", validate.OneOf(("debug", "info", "warning", "error"))
    )

    @property
    def files(self) -> Path:
        """The folder of uploaded files and error reports."""
        return Path(self.files_dir) if self.files_dir else self.data_dir / "files"

    @classmethod
    def read(cls) -> Settings:
        """The settings of this process's environment; raises `ValueError` naming the variable that is wrong."""
        env = Env(prefix=PREFIX)
        return cls(**{setting.name: _read(env, setting) for setting in fields(cls)})


def variable(setting: Field[Any]) -> str:
    """The environment variable that sets a field."""
    return PREFIX + setting.name.upper()


def _read(env: Env, setting: Field[Any]) -> Any:
    """One field's value, of the kind its default has."""
    rules = setting.metadata["rules"]
    read: Any = {"bool": env.bool, "int": env.int, "str": env.str, "Path": env.path}[str(setting.type)]
    return read(setting.name.upper(), default=setting.default, validate=list(rules) or None)
