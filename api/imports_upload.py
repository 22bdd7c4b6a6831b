"""An uploaded file on its way to disk: streamed, bounded, readable by its owner alone, and known by what it holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4, uuid5

import msgspec
from flask import request
from marshmallow import ValidationError, fields, validate

from api.access import caller
from api.problems import Problem, of_validation
from api.requests import etag, idempotency_key
from api.schemas import Body, Text
from domain import texts
from domain.imports import KINDS, Choices, Import, Kind
from projections.log import Answer, RequestKey
from projections.settings import Settings
from projections.work.import_files import folder_of

CHUNK = 1 << 16
LONGEST_MAPPING = 64 * 1024
MAPPING = "mapping.toml"


class ImportOptions(Body):
    """How a file is to be taken in."""

    kind = fields.String(validate=validate.OneOf(KINDS))
    source = Text(texts.NAME, filled=True)
    mapping = Text(texts.NAME, filled=True)
    currency = Text(3, filled=True)
    timezone = Text(texts.NAME, filled=True)
    dry_run = fields.Boolean()
    stock = fields.String(validate=validate.OneOf(("leave", "apply")))
    automations = fields.Boolean()
    on_change = fields.String(validate=validate.OneOf(("report", "update")))


_OPTIONS = ImportOptions()


class Upload:
    """A file that came in, what is to be done with it, and its place on disk until it is kept."""

    def __init__(self, path: Path, size: int, digest: bytes, told: dict[str, Any], mapping: bytes) -> None:
        self.size = size
        self._path = path
        self._digest = digest
        self._told = told
        self._mapping = mapping
        chosen = {name: told[name] for name in ("dry_run", "stock", "automations", "on_change") if name in told}
        self.choices = Choices(**chosen)
        self.kind: Kind = told.get("kind", "orders")
        self.source: str = told.get("source", "")

    @property
    def fingerprint(self) -> bytes:
        """What is the same for the same file asked for in the same way."""
        asked = msgspec.json.encode(self._told, order="deterministic")
        return sha256(asked + b"\0" + self._mapping + b"\0" + self._digest).digest()

    def import_id(self, command_id: UUID) -> UUID:
        """The import that this request begins; the same for a request repeated under its key."""
        return uuid5(command_id, "import") if idempotency_key() else uuid4()

    def keep(self, settings: Settings, import_id: UUID) -> dict[str, Any]:
        """Puts the file in the import's folder; gives what is asked of the import, as it is stored.

        Another file under the same key of a request has another name, so it never takes this one's place.
        """
        folder = folder_of(settings, import_id)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"upload-{self._digest.hex()[:16]}"
        self._path.replace(folder / name)
        told = {key: value for key, value in self._told.items() if key in ("kind", "source", "mapping", "timezone")}
        if self._mapping:
            with _private(folder / MAPPING) as file:
                file.write(self._mapping)
            told["mapping"] = MAPPING
        if "currency" in self._told:
            told["currency"] = self._told["currency"].upper()
        return {"files": [name], **told, "choices": msgspec.to_builtins(self.choices)}

    def answer(self, one: Import, body: dict[str, Any]) -> Answer:
        """The answer to the request."""
        headers = {"ETag": etag(one.version), "Location": f"/api/v1/imports/{one.id}"}
        return Answer(status=202, headers=headers, body=msgspec.json.encode(body), subject=None)


def request_key_of(upload: Upload) -> RequestKey | None:
    """What makes repeating the upload harmless: its key, its caller, and what came with it."""
    key = idempotency_key()
    if key is None:
        return None
    asked = [request.method, request.path, caller().actor, upload.fingerprint.hex()]
    return RequestKey(key, caller().actor, sha256(msgspec.json.encode(asked)).digest())


@contextmanager
def received(settings: Settings) -> Iterator[Upload]:
    """The request's file on disk, for as long as it takes to keep it."""
    request.max_content_length = settings.upload_limit
    told = _options(request.args.to_dict())
    folder = settings.files / "uploads"
    path = folder / uuid4().hex
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stream, told, mapping = _parts(told)
        with _private(path) as file:
            size, digest = _copied(stream, file)
        if not size:
            raise Problem(422, "empty-file", "The file is empty.")
        yield Upload(path, size, digest, told, mapping)
    except OSError as error:
        raise Problem(507, "no-room", f"The file cannot be kept: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _parts(told: dict[str, Any]) -> tuple[IO[bytes], dict[str, Any], bytes]:
    """The file, its options and its mapping: parts of a form, or a body of its own."""
    if request.mimetype != "multipart/form-data":
        return request.stream, told, b""
    file = request.files.get("file")
    if file is None:
        raise Problem(422, "missing-field", "The form has no part `file`.")
    form = request.form.to_dict()
    mapping = form.pop("mapping_text", "").encode()
    if len(mapping) > LONGEST_MAPPING:
        raise Problem(413, "body-too-large", f"A mapping has at most {LONGEST_MAPPING} bytes.")
    return file.stream, _options({**request.args.to_dict(), **form}), mapping


def _options(told: dict[str, str]) -> dict[str, Any]:
    try:
        options: dict[str, Any] = _OPTIONS.load(told)
    except ValidationError as error:
        raise of_validation(ValidationError({"query": error.messages})) from None
    return options


def _copied(stream: IO[bytes], file: IO[bytes]) -> tuple[int, bytes]:
    """Copies a stream; gives its size and its SHA-256."""
    digest, size = sha256(), 0
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        file.write(chunk)
        size += len(chunk)
    file.flush()
    os.fsync(file.fileno())
    return size, digest.digest()


def _private(path: Path) -> IO[bytes]:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
