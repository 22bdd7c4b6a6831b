"""What an installation may choose: one frozen dataclass read from CARNET_* variables, without any other I/O."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import Env, ValidationError, validate

from projections.secrets import Secrets

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


def _empty_or_web(value: str) -> None:
    """An address that is called has a scheme of the web, and a host."""
    told = urlsplit(value)
    if value and (told.scheme not in ("http", "https") or not told.hostname):
        raise ValidationError("use http:// or https:// and a host")


def _empty_or_mail_server(value: str) -> None:
    """A mail server has an address of one of three kinds, and a host."""
    told = urlsplit(value)
    if value and (told.scheme not in MAIL_SERVERS or not told.hostname):
        raise ValidationError("use smtp://, smtp+starttls:// or smtps:// and a host")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one installation; the variable is the field's name in capitals after CARNET_."""

    data_dir: Path = _setting(
        Path("var"),
        "Folder of the embedded database, its log, the master secret, and what must survive a database brought back.",
    )
    database_url: str = _setting("", "An own PostgreSQL (15 or later) instead of the embedded one.")
    database_direct_url: str = _setting(
        "", "The database's own address, where CARNET_DATABASE_URL leads through a pooler such as pgbouncer."
    )
    database_owner_url: str = _setting(
        "",
        "The database's address for the role that owns the log; only for `carnet migrate` and `carnet keys rotate`.",
    )
    database_replica_url: str = _setting(
        "", "A standby of the database from which lists, the feed and exports are read where it is fresh enough."
    )
    secret_key: str = _setting(
        "",
        "Master secret that seals personal data, 32 characters or more; made once in the data folder when unset.",
        _empty_or_long,
    )
    secret_key_previous: str = _setting(
        "", "Secret that is accepted beside CARNET_SECRET_KEY while `carnet keys rotate` replaces it.", _empty_or_long
    )
    secret_key_file: str = _setting(
        "", "File that holds the secret when CARNET_SECRET_KEY is unset; `secret.key` in the data folder when unset."
    )
    host: str = _setting("127.0.0.1", "Address the server listens on.")
    port: int = _setting(8000, "Port the server listens on.", _between(1, 65535))
    run_as: str = _setting(
        "",
        "User as whom root runs the API, the views and the workers; unset: the data folder's owner, or the first that "
        "there is of `carnet`, `daemon` and `nobody`; `root`: nobody else.",
    )
    processes: int = _setting(2, "Server processes.", _between(1, 256))
    threads: int = _setting(8, "Threads of each server process.", _between(1, 256))
    timeout: int = _setting(30, "Seconds after which a silent server process is replaced.", _between(1, 3600))
    head_seconds: int = _setting(10, "Seconds that the head of a request may take to arrive.", _between(1, 3600))
    body_seconds: int = _setting(
        10, "Seconds that a body may take to arrive, besides what CARNET_BODY_RATE gives it.", _between(1, 3600)
    )
    body_rate: int = _setting(
        8192, "Least bytes a second at which a body arrives and an answer is read.", _between(1, 1024 * 1024 * 1024)
    )
    address_connections: int = _setting(
        256,
        "Most connections of one address to each server process; 0: any number, as behind trusted proxies.",
        _between(0, 1_000_000),
    )
    address_requests: int = _setting(
        30_000,
        "Requests a minute that each server process answers to one address, other than this machine's; 0: any number.",
        _between(0, 100_000_000),
    )
    caller_requests: int = _setting(
        30_000,
        "Requests a minute that each server process answers to one token or operator; 0: any number.",
        _between(0, 100_000_000),
    )
    pool_size: int = _setting(10, "Most database connections of each process.", _between(2, 500))
    body_limit: int = _setting(1024 * 1024, "Largest request body, in bytes.", _between(1024, 1024 * 1024 * 1024))
    upload_limit: int = _setting(
        2 * 1024 * 1024 * 1024, "Largest file an import takes, in bytes.", _between(1024, 1024 * 1024 * 1024 * 1024)
    )
    files_dir: str = _setting(
        "", "Folder of uploaded files and error reports, shared by all machines; in the data folder when unset."
    )
    files_days: int = _setting(
        30,
        "Days the files of an import, its upload and its refused rows, are kept after it last moved.",
        _between(1, 3650),
    )
    job_files_days: int = _setting(14, "Days the files that exports and prints made are kept.", _between(1, 3650))
    jobs_days: int = _setting(180, "Days that ended jobs and what became of their items are kept.", _between(1, 3650))
    drafts_days: int = _setting(
        30, "Days that a draft of an order that was typed and not sent is kept on the server.", _between(1, 3650)
    )
    webhooks_days: int = _setting(
        90,
        "Days that messages of payment providers, charges that ended, and what became of webhooks are kept.",
        _between(1, 3650),
    )
    mail_memory_days: int = _setting(
        90,
        "Days the keys of mails handed over are kept outside the database: as long as a backup may be old.",
        _between(1, 3650),
    )
    logs_days: int = _setting(30, "Days that lines of the embedded database's log are kept.", _between(1, 3650))
    document_years: int = _setting(
        10, "Years after its day that an issued invoice or credit note can be printed as issued.", _between(1, 100)
    )
    orders_past: bool = _setting(
        True,
        "Whether the list of orders is kept as it was at every instant, in about four times the room of the list; "
        "without it, a list of the past is built by a command or a job.",
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
    stripe_webhook_secret_previous: str = _setting(
        "", "Secret that Stripe's webhooks may still be signed with while CARNET_STRIPE_WEBHOOK_SECRET replaces it."
    )
    stripe_checkout_url: str = _setting(
        "https://checkout.stripe.com",
        "Where Stripe's hosted checkout is, for shops that gave it a domain of their own.",
    )
    stripe_api_url: str = _setting("", "Another server that speaks Stripe's API, for tests.")
    reconcile_days: int = _setting(
        14, "Days that the nightly reconciliation with payment providers looks back.", _between(1, 3660)
    )
    public_url: str = _setting("", "Address under which customers reach this server, for links in mails.")
    webhooks_private: bool = _setting(False, "Whether webhooks may call addresses on a private network.")
    checkpoint_folder: str = _setting(
        "", "Folder, best on another machine, that signed checkpoints of the log are written to; unset: none are."
    )
    checkpoint_url: str = _setting("", "Address that signed checkpoints of the log are posted to.", _empty_or_web)
    checkpoint_tsa_url: str = _setting(
        "",
        "Time-stamp authority (RFC 3161) that checkpoints are dated by; its answers go to CARNET_CHECKPOINT_FOLDER, or "
        "to `checkpoints` in the data folder.",
        _empty_or_web,
    )
    checkpoint_minutes: int = _setting(
        60, "Minutes between two checkpoints that go outside, where anything was recorded.", _between(1, 60 * 24 * 31)
    )
    log_level: str = _setting(
        "info", "Least level that is logged.", validate.OneOf(("debug", "info", "warning", "error"))
    )

    @property
    def direct_url(self) -> str:
        """The address for what needs a session of its own: leases, LISTEN, migrations."""
        return self.database_direct_url or self.database_url

    @property
    def files(self) -> Path:
        """The folder of uploaded files and error reports."""
        return Path(self.files_dir) if self.files_dir else self.data_dir / "files"

    @property
    def secret_file(self) -> Path:
        """The file that holds the master secret where none is given in the environment."""
        return Path(self.secret_key_file) if self.secret_key_file else self.data_dir / "secret.key"

    @property
    def secrets(self) -> Secrets:
        """The master secrets this process accepts."""
        if self.secret_key:
            return Secrets((self.secret_key, *filter(None, (self.secret_key_previous,))))
        return Secrets(file=self.secret_file)

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
