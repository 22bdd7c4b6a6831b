"""Real mail servers on this machine, well-behaved or not, and a certificate made for them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
NAME, PASSWORD = "shop", "an invented word"


class Inbox:
    """What a mail server took. `rcpt`, `data`: what it answers in place of taking; `cut`: it hangs up after DATA."""

    def __init__(self, rcpt: str = "250 OK", data: str = "250 OK", *, cut: bool = False) -> None:
        self.rcpt, self.data, self.cut = rcpt, data, cut
        self.mails: list[EmailMessage] = []
        self.connections: set[int] = set()
        self.recipients: list[str] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.cut:
            transport: Any = server.transport
            transport.abort()
            return "451 gone"
        self.connections.add(id(session))
        if self.data.startswith("2"):
            mail: Any = message_from_bytes(envelope.original_content or b"", policy=policy.default)
            self.mails.append(mail)
            self.recipients += envelope.rcpt_tos
        return self.data


class Choosy(Inbox):
    """A mail server that answers differently for some recipients; where the answer is empty it hangs up after DATA."""

    def __init__(self, answers: dict[str, str]) -> None:
        super().__init__()
        self.answers = answers

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self.answers.get(address)
        return refusal or await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.cut = any(self.answers.get(one) == "" for one in envelope.rcpt_tos)
        return await super().handle_DATA(server, session, envelope)


class Pipelining(Choosy):
    """A mail server that takes commands in a row, and counts what came with no wait for an answer."""

    def __init__(self, answers: dict[str, str]) -> None:
        super().__init__(answers)
        self.in_a_row = 0
        self.unwanted: list[bytes] = []

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reader: Any = server._reader
        self.in_a_row += b"DATA\r\n" in bytes(reader._buffer)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await super().handle_RCPT(server, session, envelope, address, options)
        if not answer.startswith("2"):
            envelope.rcpt_tos.append(address)  # so that it asks for the mail all the same, as some servers do
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if any(self.answers.get(one) for one in envelope.rcpt_tos):
            self.unwanted.append(envelope.original_content or b"")
            return "554 no valid recipients"
        return await super().handle_DATA(server, session, envelope)


@contextmanager
def serving(inbox: Inbox, port: int = 0, **options: Any) -> Iterator[str]:
    """A mail server while the block runs; gives its host and port."""
    controller = Controller(inbox, hostname=HOST, port=port or free_port(), **options)
    controller.start()
    try:
        yield f"{HOST}:{controller.port}"
    finally:
        controller.stop()


@contextmanager
def silent() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server((HOST, 0)) as listening:
        yield f"{HOST}:{listening.getsockname()[1]}"


def free_port() -> int:
    with socket.create_server((HOST, 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def only_shop(server: SMTP, session: Session, envelope: Envelope, mechanism: str, told: Any) -> AuthResult:
    """Lets the shop in, with its password."""
    right = isinstance(told, LoginPassword) and (told.login, told.password) == (NAME.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False) if not right else AuthResult(success=True)


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for this machine's own address: the file to trust, and the server's side of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "certificate.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(trusted, private)
    return trusted, context
