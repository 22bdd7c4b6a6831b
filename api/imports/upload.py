"""Uploaded files on their way to disk: streamed, bounded, their owner's alone, and known by what they hold."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple, get_args
from uuid import UUID, uuid4, uuid5

import msgspec
from flask import request
from marshmallow import ValidationError, fields, validate
from msgspec import Struct

from api.access import caller
from api.problems import Problem, of_validation
from api.requests import etag, idempotency_key, runtime
from api.schemas import Body, Text
from domain import texts
from domain.imports import (
    FIRST_YEAR,
    KINDS,
    LAST_YEAR,
    LONGEST_FORM,
    MOST_FILES,
    Choices,
    CustomersOfTheFile,
    Import,
    Kind,
    OnChange,
    StockOfThePast,
    is_form_of_dates,
)
from domain.shop import Shop
from projections.log import Answer, RequestKey
from projections.settings import Settings
from projections.work import imports
from projections.work.import_files import folder_of
from projections.work.uploads import UploadNotFound, find_upload, path_of

CHUNK = 1 << 16
LONGEST_MAPPING = 64 * 1024
MAPPING = "mapping.toml"
KEPT = ("kind", "source", "mapping", "timezone", "decimal", "dates", "years_from")


def _is_form(form: str) -> None:
    if not is_form_of_dates(form):
        raise ValidationError("Say day-first, month-first or a format like %d.%m.%Y %H:%M.")


def _is_name(text: str) -> None:
    """Refuses what could lead to a file of this machine: a mapping is one that is kept, or that comes along."""
    if "/" in text or "\\" in text or text.startswith("."):
        raise ValidationError("Say the name of a mapping that is kept, or send one along as `mapping_text`.")


class ImportOptions(Body):
    """How a file is to be taken in."""

    kind = fields.String(validate=validate.OneOf(KINDS))
    source = Text(texts.NAME, filled=True)
    mapping = Text(texts.NAME, filled=True, validate=_is_name)
    currency = Text(3, filled=True)
    timezone = Text(texts.NAME, filled=True)
    decimal = fields.String(validate=validate.OneOf((".", ",")))
    dates = Text(LONGEST_FORM, filled=True, validate=_is_form)
    years_from = fields.Integer(validate=validate.Range(FIRST_YEAR, LAST_YEAR))
    dry_run = fields.Boolean()
    stock = fields.String(validate=validate.OneOf(get_args(StockOfThePast)))
    automations = fields.Boolean()
    on_change = fields.String(validate=validate.OneOf(get_args(OnChange)))
    customers = fields.String(validate=validate.OneOf(get_args(CustomersOfTheFile)))
    like = fields.UUID()

    class Loaded(Struct, frozen=True, kw_only=True, omit_defaults=True):
        kind: Kind | None = None
        source: str | None = None
        mapping: str | None = None
        currency: str | None = None
        timezone: str | None = None
        decimal: Literal[".", ","] | None = None
        dates: str | None = None
        years_from: int | None = None
        dry_run: bool | None = None
        stock: StockOfThePast | None = None
        automations: bool | None = None
        on_change: OnChange | None = None
        customers: CustomersOfTheFile | None = None
        like: UUID | None = None


OPTIONS = ImportOptions()


class Received(NamedTuple):
    """A file on disk: where, its size and its SHA-256; one that `stays` is still there once it was taken in."""

    path: Path
    size: int
    digest: bytes
    stays: bool = False


class Upload:
    """The files that came in, what is to be done with them, and their place on disk until they are kept."""

    def __init__(self, files: Sequence[Received], options: ImportOptions.Loaded, mapping: bytes) -> None:
        self.size = sum(file.size for file in files)
        self._files = files
        self._options = options
        self._mapping = mapping

    @property
    def choices(self) -> Choices:
        """What was chosen, and the standard where nothing was."""
        options = self._options
        return Choices(
            dry_run=options.dry_run or False,
            stock=options.stock or "leave",
            automations=options.automations or False,
            on_change=options.on_change or "report",
            customers=options.customers or "keep",
        )

    @property
    def kind(self) -> Kind:
        """What the files tell of."""
        return self._options.kind or "orders"

    @property
    def source(self) -> str:
        """The shop they come from; empty: the profile's own."""
        return self._options.source or ""

    @property
    def like(self) -> UUID | None:
        """The import whose refused rows these are: they are read as it was."""
        return self._options.like

    @property
    def paths(self) -> list[Path]:
        """Where the files are until they are kept."""
        return [file.path for file in self._files]

    def read_by(self, shop: Shop) -> None:
        """Takes the mapping that the shop keeps under the name told, as it is now."""
        kept = shop.mappings.get(self._options.mapping or "")
        if kept and not self._mapping:
            self._mapping = kept.text.encode()

    def read_like(self, asked: Mapping[str, Any], mapping: bytes) -> None:
        """Takes what was asked of another import and proved by its files, for whatever is not asked here."""
        known = {name: asked[name] for name in (*KEPT, "currency") if asked.get(name)}
        told = {**known, **asked.get("choices", {}), **msgspec.to_builtins(self._options)}
        self._options = msgspec.convert(told, ImportOptions.Loaded)
        self._mapping = self._mapping or mapping

    @property
    def fingerprint(self) -> bytes:
        """What is the same for the same files asked for in the same way."""
        asked = msgspec.json.encode(msgspec.to_builtins(self._options), order="deterministic")
        digests = b"".join(sorted(file.digest for file in self._files))
        return sha256(asked + b"\0" + self._mapping + b"\0" + digests).digest()

    def import_id(self, command_id: UUID) -> UUID:
        """The import that this request begins; the same for a request repeated under its key."""
        return uuid5(command_id, "import") if idempotency_key() else uuid4()

    def keep(self, settings: Settings, import_id: UUID) -> dict[str, Any]:
        """Puts the files in the import's folder; gives what is asked of the import, as it is stored.

        Another file under the same key of a request has another name, so it never takes this one's place.
        """
        folder = folder_of(settings, import_id)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = [f"upload-{file.digest.hex()[:16]}" for file in self._files]
        for file, name in zip(self._files, names, strict=True):
            _put(file, folder / name)
        kept = {key: value for key, value in msgspec.to_builtins(self._options).items() if key in KEPT}
        if self._mapping:
            with _private(folder / MAPPING) as target:
                target.write(self._mapping)
            kept["mapping"] = MAPPING
        if self._options.currency is not None:
            kept["currency"] = self._options.currency.upper()
        return {"files": names, **kept, "choices": msgspec.to_builtins(self.choices)}

    def answer(self, one: Import, body: dict[str, Any]) -> Answer:
        """The answer to the request."""
        headers = {"ETag": etag(one.version), "Location": f"/api/v1/imports/{one.id}"}
        return Answer(status=202, headers=headers, body=msgspec.json.encode(body), subject=None)


def asked_of(import_id: UUID) -> tuple[Mapping[str, Any], bytes]:
    """What was asked of an import and proved by its files, and the mapping that it is read by."""
    with runtime().reading() as connection:
        standing = imports.find(connection, import_id)
    if standing is None:
        raise Problem(410, "files-deleted", "The files of this import were deleted; import the file again.")
    own = folder_of(runtime().settings, import_id) / MAPPING
    mapping = own.read_bytes() if own.is_file() else standing.told.get("mapping_text", "").encode()
    return standing.told, mapping


def request_key_of(upload: Upload) -> RequestKey | None:
    """What makes repeating the upload harmless: its key, its caller, and what came with it."""
    key = idempotency_key()
    if key is None:
        return None
    asked = [request.method, request.path, caller().actor, upload.fingerprint.hex()]
    return RequestKey(key, caller().actor, sha256(msgspec.json.encode(asked)).digest())


@contextmanager
def received(settings: Settings) -> Iterator[Upload]:
    """The request's files on disk, for as long as it takes to keep them."""
    request.max_content_length = settings.upload_limit
    options = _options(request.args.to_dict())
    folder = settings.files / "uploads"
    paths: list[Path] = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        streams, kept, options, mapping = _parts(options)
        files = _kept_files(settings, kept)
        for stream in streams:
            paths.append(folder / uuid4().hex)
            files.append(copied(stream, paths[-1]))
        if len({file.digest for file in files}) < len(files):
            raise Problem(422, "same-file-twice", "One of the files is given twice.")
        yield Upload(files, options, mapping)
    except OSError as error:
        raise Problem(507, "no-room", f"The file cannot be kept: {error.strerror}.") from error
    finally:
        for path in paths:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _parts(options: ImportOptions.Loaded) -> tuple[Sequence[IO[bytes]], list[UUID], ImportOptions.Loaded, bytes]:
    """The files, those that came before by their ids, their options and their mapping: parts of a form, or one file as
    a body of its own."""
    if request.mimetype != "multipart/form-data":
        return [request.stream], [], options, b""
    files = request.files.getlist("file")
    form = request.form.to_dict()
    kept = [_id_of(text) for text in request.form.getlist("upload")]
    form.pop("upload", None)
    if not files and not kept:
        raise Problem(422, "missing-field", "The form has no part `file` and no part `upload`.")
    if len(files) + len(kept) > MOST_FILES:
        raise Problem(422, "too-many-files", f"At most {MOST_FILES} files are taken in together.")
    mapping = form.pop("mapping_text", "").encode()
    if len(mapping) > LONGEST_MAPPING:
        raise Problem(413, "body-too-large", f"A mapping has at most {LONGEST_MAPPING} bytes.")
    return [file.stream for file in files], kept, _options({**request.args.to_dict(), **form}), mapping


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise UploadNotFound from None


def _kept_files(settings: Settings, kept: Sequence[UUID]) -> list[Received]:
    """The caller's own files that came before, all of their bytes."""
    files = []
    with runtime().reading() as connection:
        for upload_id in kept:
            one = find_upload(connection, caller().actor, upload_id)
            if one.digest is None:
                detail = f"{one.received} of {one.size} bytes of the file {one.name} are there."
                raise Problem(409, "upload-incomplete", detail, details={"id": str(one.id), "received": one.received})
            files.append(Received(path_of(settings, one.id), one.size, one.digest, stays=True))
    return files


def _put(file: Received, place: Path) -> None:
    """Puts a file in its place; one that stays is there twice, and takes the room of one where the disk can."""
    if not file.stays:
        file.path.replace(place)
        return
    place.unlink(missing_ok=True)
    try:
        os.link(file.path, place)
    except OSError:
        shutil.copyfile(file.path, place)


def _options(parameters: dict[str, str]) -> ImportOptions.Loaded:
    try:
        options: ImportOptions.Loaded = OPTIONS.load(parameters)
    except ValidationError as error:
        raise of_validation(ValidationError({"query": error.messages})) from None
    return options


def copied(stream: IO[bytes], path: Path) -> Received:
    """Copies a stream to disk, as its owner's alone."""
    digest, size = sha256(), 0
    with _private(path) as file:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
            size += len(chunk)
        file.flush()
        os.fsync(file.fileno())
    if not size:
        raise Problem(422, "empty-file", "The file is empty.")
    return Received(path, size, digest.digest())


def _private(path: Path) -> IO[bytes]:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
