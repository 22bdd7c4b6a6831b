"""Requests meant to do harm, made from a seed: the bytes of each, and the mark that no refusal may repeat."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote

from tests.api.desk import BILLING, NOBODY, cart, eur, line

HALF = "\ud800"
DEEP = 20_000


class Hostile(NamedTuple):
    """One request as it goes over the wire.

    `kind` is what it attacks by; `mark` stands in it wherever it is ill-meant. `cut`: it breaks off, so the server may
    hang up without a word.
    """

    kind: str
    raw: bytes
    mark: bytes
    cut: bool = False


class Target(NamedTuple):
    """What there is to attack: a token, ids of orders and customers, the routes of lists and their parameters."""

    token: str
    orders: Sequence[str]
    customer: str
    lists: Mapping[str, Sequence[str]]


def request(
    target: Target, method: str, path: str, body: bytes = b"", kind: str = "application/json", *more: str
) -> bytes:
    """A well-formed request around a body, whatever that is; the path is sent as it is given."""
    head = [f"{method} {path} HTTP/1.1", "Host: shop.example", f"Authorization: Bearer {target.token}", *more]
    if body:
        head += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode("latin-1", "replace") + body


def texts(mark: str) -> tuple[str, ...]:
    """Texts that are seldom thought of, each with the mark in it."""
    return (
        f"{mark}{HALF}", f"{mark}\0", f"{mark}\r\nBcc: x@example.com", f"{mark}' OR 1=1; --", f"{mark}%s%n%00",
        f"../../{mark}/etc/passwd", f"{{{{ {mark} }}}}", f"{mark}\u202e\u200b", f"=cmd|'{mark}'!A1", mark * 3_000,
        f"<script>{mark}</script>", f"{mark}\u2028\u0085", f"{mark}\U0010ffff\ufffe", f"e\u0301{mark}", f" {mark} ",
        f"{mark}@exa\u200bmple.com", f"http://169.254.169.254/{mark}", f"%_{mark}\\", f"{mark}\x7f\x1b[2J",
    )  # fmt: skip


def odd_texts(mark: str) -> tuple[str, ...]:
    """Those of the texts that markup, templates, terminals or mail headers would take for their own."""
    return tuple(text for text in texts(mark) if any(sign in text for sign in f"<{{|=\\\0\r\x1b\u202e\u2028{HALF}"))


NUMBERS = (
    "1e400", "-1", "0", "-0.0", "9" * 400, "1.7", str(2**31), str(2**63), str(2**64), "1e-400", "NaN", "Infinity",
    "-Infinity", "0x10", "1_000", "1" + "0" * 4_400,
)  # fmt: skip


def wrong_value(chance: Random, mark: str) -> Any:
    """A value of a kind that nobody expects there."""
    money = {"amount": "1" * 40, "currency": mark}
    values: tuple[Any, ...] = (
        None, True, 7, -1, 1.5, 10**30, [], {}, [[mark]], {mark: mark}, [None], [mark] * 300, {"amount": mark}, money,
    )  # fmt: skip
    return chance.choice((*values, *texts(mark)))


def pointers(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [at, *(found for name, one in inner for found in pointers(one, (*at, name)))]


def replaced(value: Any, pointer: tuple[Any, ...], by: Any) -> Any:
    """The value with something else at a place."""
    if not pointer:
        return by
    changed = copy.deepcopy(value)
    inner = changed
    for name in pointer[:-1]:
        inner = inner[name]
    inner[pointer[-1]] = by
    return changed


def valid_bodies(target: Target, chance: Random) -> Sequence[tuple[str, str, Any]]:
    """Method, path and a body that is right, or nearly, of the routes that take one."""
    order = f"/api/v1/orders/{chance.choice(target.orders)}"
    percent = {"kind": "percent", "percent": "10"}
    seller = {**BILLING, "vat_number": "FR12345678901"}
    tag = {"kind": "tag", "owner": "order", "tags": ["t"]}
    return (
        ("POST", "/api/v1/orders", cart(line(tax_rate="20"), place=True, tags=["a"], notify=["customer"])),
        ("POST", "/api/v1/orders/quote", cart(line(tax_rate="20"), line(3), discount={"percent": "5"})),
        ("POST", "/api/v1/orders/bulk", {"action": "tag", "ids": list(target.orders[:2]), "tags": ["x"]}),
        ("POST", "/api/v1/orders/bulk/preview", {"action": "archive", "filter": {"q": "nora", "tag": ["a"]}}),
        ("POST", f"{order}/items", line(1)),
        ("POST", f"{order}/payments", {"method": "card", "amount": eur("1.00"), "reference": "r"}),
        ("POST", f"{order}/refunds", {"items": [{"item": "1", "quantity": 1}], "restock": True, "reason": "r"}),
        ("POST", f"{order}/refunds/preview", {"goodwill": eur("1.00")}),
        ("POST", f"{order}/shipments", {"carrier": "post", "tracking_code": "T1", "items": [{"item": "1"}]}),
        ("POST", f"{order}/returns", {"items": [{"item": "1", "quantity": 1}], "reason": "r"}),
        ("POST", f"{order}/notes", {"text": "a note"}),
        ("POST", f"{order}/status", {"status": "processing", "stock": "apply", "notify": ["customer"]}),
        ("POST", f"{order}/status/preview", {"status": "cancelled"}),
        ("PUT", f"{order}/billing-address", BILLING),
        ("PUT", f"{order}/tags", {"tags": ["one", "two"]}),
        ("PUT", f"{order}/discount", {"percent": "5"}),
        ("POST", "/api/v1/customers", {"name": "Nora", "email": "n@example.com", "address": BILLING, "tags": ["v"]}),
        ("PATCH", f"/api/v1/customers/{target.customer}", {"name": "Nora", "phone": "1"}),
        ("POST", "/api/v1/coupons", {"code": f"C{chance.random()}", "rules": percent}),
        ("POST", "/api/v1/stock/CUP-1/adjustments", {"change": -1, "reason": "r"}),
        ("PUT", "/api/v1/settings/statuses/new", {"label": "New", "stage": "processing", "colour": "#112233"}),
        ("PUT", "/api/v1/settings/seller", seller),
        ("PUT", "/api/v1/settings/carriers/post", {"label": "Post", "url": "https://post.example/{code}"}),
        ("POST", "/api/v1/exports", {"list": "orders", "format": "csv", "filter": {"q": "n"}, "columns": ["number"]}),
        ("POST", "/api/v1/sequences", {"name": "s", "trigger": {"on": "paid"}, "steps": [tag], "exits": []}),
        ("POST", "/api/v1/tokens", {"name": "n", "role": "data", "scopes": ["orders:read"]}),
        ("POST", "/api/v1/session", {"username": "ada", "password": "wrong"}),
        ("POST", "/api/v1/webhooks/sandbox", {"id": "x", "type": "paid"}),
        ("POST", "/api/v1/documents", {"order_id": target.orders[0], "kind": "invoice"}),
    )


def _mutated(chance: Random, body: Any, mark: str) -> bytes:
    """A right body with one to three places changed, or one more field."""
    for _ in range(chance.randint(1, 3)):
        pointer = chance.choice(pointers(body))
        body = replaced(body, pointer, wrong_value(chance, mark))
        if isinstance(body, dict) and chance.random() < 0.2:
            body = {**body, f"{mark}{HALF}" if chance.random() < 0.3 else mark: mark}
    return json.dumps(body).encode()


def _broken(chance: Random, body: Any, mark: str) -> bytes:
    """A body that JSON does not know, or that nests, repeats or counts without end."""
    text = json.dumps(body)
    quoted = json.dumps(mark)
    return chance.choice(
        (
            lambda: text[: chance.randint(1, len(text))].encode(),
            lambda: b"[" * DEEP + b"]" * DEEP,
            lambda: b'{"a":' * DEEP + quoted.encode() + b"}" * DEEP,
            lambda: f'{{{quoted}: 1, {quoted}: 2}}'.encode(),
            lambda: text.replace("}", f', "items": {chance.choice(NUMBERS)}}}', 1).encode(),
            lambda: text.replace("2", chance.choice(NUMBERS)).encode(),
            lambda: text.encode("utf-16"),
            lambda: b"\xef\xbb\xbf" + text.encode(),
            lambda: b"\xff\xfe" + mark.encode() + bytes(chance.randrange(256) for _ in range(200)),
            lambda: (f"[{quoted}," * 3 + "1").encode(),
            lambda: f"{quoted}".encode(),
            lambda: (text[:-1] + f', {json.dumps(HALF + mark)}: 1}}').encode(),
            lambda: f"[{', '.join([quoted] * 30_000)}]".encode(),
        )
    )()  # fmt: skip


def body(target: Target, chance: Random, mark: str) -> Hostile:
    """A body with wrong values at random places, or one that is none."""
    method, path, right = chance.choice(valid_bodies(target, chance))
    sent = _mutated(chance, right, mark) if chance.random() < 0.75 else _broken(chance, right, mark)
    kinds = ("application/json",) * 12 + ("text/plain", f"application/{mark}", "application/json; charset=utf-16")
    more = () if chance.random() < 0.7 else (f"Idempotency-Key: {chance.choice(('k1', 'k2', mark))}",)
    return Hostile("body", request(target, method, path, sent, chance.choice(kinds), *more), mark.encode())


_ODD = (
    "", "0", "-1", "1.5", "true", "null", "2031-13-45", "0001-01-01", "9999-12-31T23:59:59+14:00", "%00", "%ff%fe",
    "%ED%A0%80", "[]", "{}", "99999999999999999999", "1e9", "-0", "NaN", "EUR", "%F0%9F%8E%81", "*", "%25", "%5C",
    NOBODY, "now", "-infinity", "infinity", "epoch",
)  # fmt: skip


def query(target: Target, chance: Random, mark: str) -> Hostile:
    """A list's filters, sorts, cursors and the like, with values that nobody would give them."""
    path = chance.choice(list(target.lists))
    known = (*target.lists[path], mark)
    pairs = []
    for _ in range(chance.randint(1, 5)):
        odd = chance.choice(texts(mark)).encode("utf-8", "surrogatepass")[:2_000]
        pairs.append(f"{chance.choice(known)}={chance.choice((*_ODD, mark, quote(odd), quote(odd)))}")
    path = path.replace("{", "").replace("}", "") if chance.random() < 0.02 else filled(path, target, chance, mark)
    return Hostile("query", request(target, "GET", f"{path}?{'&'.join(pairs)}"), mark.encode())


def filled(path: str, target: Target, chance: Random, mark: str) -> str:
    """A route with its parameters given: by what there is, or by what is not."""
    for name, there in (("order_id", chance.choice(target.orders)), ("customer_id", target.customer)):
        path = path.replace(f"{{{name}}}", there if chance.random() < 0.8 else mark)
    while "{" in path:
        before, _, rest = path.partition("{")
        given = chance.choice((NOBODY, mark, quote(texts(mark)[chance.randrange(8)].encode("utf-8", "replace")), "1"))
        path = before + given + rest.partition("}")[2]
    return path


_HEADERS = (
    "If-Match", "If-None-Match", "Idempotency-Key", "X-Min-Position", "X-Request-Id", "Accept", "Cookie", "Range",
    "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Forwarded-Proto", "Forwarded", "X-Original-URL",
    "X-HTTP-Method-Override", "Accept-Encoding", "Content-Encoding", "If-Modified-Since", "Origin", "Referer",
    "Authorization", "Host", "X-CSRF-Token", "Upgrade", "TE", "Trailer", "Expect", "Prefer", "SCRIPT_NAME",
    "Script-Name", "Content-Length", "Connection", "Proxy", "Sec-WebSocket-Key", "HTTP2-Settings",
)  # fmt: skip


def header(target: Target, chance: Random, mark: str) -> Hostile:
    """Headers that are wrong, too many, too long, or not the client's to say."""
    odd = chance.choice(
        (mark, f"{mark}\xff\xfe", f'"{mark}', f"{mark}," * 50, "9" * 400, "-1", f"{mark}\t", "", '"-1"')
    )
    name = chance.choice((*_HEADERS, mark))
    lines = [f"{name}: {odd}"] * chance.choice((1, 1, 1, 2, 120))
    if name == "Cookie":
        lines = [f"Cookie: carnet_session={odd}; {mark}={odd}"]
    method, path, sent = "GET", "/api/v1/orders?limit=1", b""
    if chance.random() < 0.5:
        method, path, sent = "POST", f"/api/v1/orders/{target.orders[0]}/notes", b'{"text": "n"}'
    return Hostile("header", request(target, method, path, sent, "application/json", *lines), mark.encode(), cut=True)
