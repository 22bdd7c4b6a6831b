"""Texts that a server runs or reads: patterns, templates, and files of imports."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from random import Random
from urllib.parse import quote

from tests.faults.hostile import HALF, Hostile, Target, request

IMPORTS = "/api/v1/imports"


def _mappings(chance: Random, mark: str) -> Sequence[str]:
    """Mappings whose patterns, keys and nesting are meant to take for ever."""
    expressions = ("(a+)+$", "(.*a){20}$", "(a?){100}a{100}", "((((a{100}){100}){100}))", "(?=x)", "[", f"({mark}")
    rule = f"[[rules]]\nwhen = {{ number = '{chance.choice(expressions)}' }}\nthen = 'refuse'\n"
    least = 'source = "s"\n[columns]\nnumber = "Number"\ncreated_at = "Date"\n'
    return (
        least + rule,
        least + rule * 300,
        "a." * chance.choice((50, 3_000, 25_000)) + f"b = '{mark}'\n",
        "[" + "a." * chance.choice((50, 3_000, 25_000)) + f"b]\n'{mark}' = 1\n",
        "[[" + "a." * chance.choice((50, 3_000)) + "b]]\n",
        "a = " + "[" * 20_000 + "]" * 20_000,
        "a = " + "{a=" * 2_000 + "1" + "}" * 2_000,
        "".join(f"[a{'.b' * (n % 100)}.c{n}]\n" for n in range(500)),
        f"source = '{mark}'\n" * 2,
        "x = " + "9" * 20_000,
        f"{least}[statuses]\n'{mark}' = '{mark}'\n",
        f"{least}timezone = '{mark}'\n",
        f"{least}currency = '{mark}'\n",
        f"{mark} = 1\n",
        "x = 1979-05-27T07:32:00." + "9" * 5_000,
        'x = """' + "\\\n" * 10_000 + '"""',
    )


def pattern(target: Target, chance: Random, mark: str) -> Hostile:
    """Mapping expressions, tag globs, search texts."""
    globs = ("*a" * 60, "*" * 100, "?*" * 50, f"*{mark}*", "[!" * 40, "a" * 10_000)
    rules = {"rules": [{"pattern": chance.choice(globs), "tags": ["t"], "on": "placed"}] * chance.choice((1, 30, 400))}
    choice = chance.randrange(4)
    if choice == 0:
        sent = json.dumps({"mapping": chance.choice(_mappings(chance, mark))}).encode()
        raw = request(target, "PUT", f"{IMPORTS}/mappings/m{chance.randrange(5)}", sent)
    elif choice == 1:
        raw = request(target, "PUT", "/api/v1/settings/tag-rules", json.dumps(rules).encode())
    elif choice == 2:
        span = "start=2020-01-01&end=2040-01-01"
        raw = request(target, "POST", f"/api/v1/settings/tag-rules/simulate?{span}", json.dumps(rules).encode())
    else:
        text = chance.choice(
            ("%" * 200, "_" * 200, "\\" * 99, "a " * 200, "'" * 50, f"{mark}%", "e\u0301" * 90, "& | !")
        )
        path = chance.choice(("orders", "customers", "stock", "coupons", "documents", "messages"))
        raw = request(target, "GET", f"/api/v1/{path}?q={quote(text)}&limit=200")
    return Hostile("pattern", raw, mark.encode())


def _templates(mark: str) -> Sequence[str]:
    """Templates that count, nest, double or reach for what is not theirs."""
    return (
        "{% for a in range(4000) %}{% if 'x' in range(99999) %}{% endif %}{% endfor %}",
        "{{ range(99999999) == range(99999998) }}" + "{{ -1.5 in range(99999999) }}" * 40,
        "{% for a in range(4999) %}" + "x" * 10_000 + "{% endfor %}",
        "{{ " + "(" * 900 + "1" + ")" * 900 + " }}",
        "{% set a = " + "[" * 5_000 + "]" * 5_000 + " %}",
        "{% if 1 %}" * 400 + "{% endif %}" * 400,
        "{{ " + "not " * 9_000 + "1 }}",
        "{% set a = [range(99999)] %}" + "{% set a = [a, a, a, a] %}" * 100 + "{{ a|length }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}" + mark,
        f"{{{{ {mark}.__globals__ }}}}",
        f"{{{{ '{mark}'.format(order) }}}}",
        f"{{% include '/etc/{mark}' %}}",
        f"{{% import '{mark}\0' as a %}}",
        f"{{% extends '\0{mark}' %}}",
        f"{{{{ {mark}\0 }}}}",
        f"{{{{ order['{mark}{HALF}'] }}}}",
        f"{{{{ order.number|attr('{mark}') }}}}",
        f"{{% set {mark} = 1 %}}{{{{ {mark}{mark} }}}}",
        "{{ 10**10000000 }}",
        "{{ '%99999999d' % 1 }}{{ 1|int(base=" + "9" * 5_000 + ") }}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        f"{mark}{{% for %}}",
        f"<style>{mark}" + "a{" * 5_000,
        "<table>" * 5_000 + mark,
        "{{ order." + "a." * 5_000 + "b }}",
    )


def template(target: Target, chance: Random, mark: str) -> Hostile:
    """A template to preview or to keep."""
    text = chance.choice(_templates(mark))
    part = chance.choice(("html", "html", "html", "text", "subject"))
    sent = json.dumps({"subject": "s", "html": "<p>h</p>", part: text}).encode()
    if chance.random() < 0.8:
        return Hostile("template", request(target, "POST", "/api/v1/templates/preview", sent), mark.encode())
    occasion = chance.choice(("processing", "administrators", mark))
    return Hostile("template", request(target, "PUT", f"/api/v1/templates/{occasion}/en", sent), mark.encode())


@cache
def _zip_bomb(name: str) -> bytes:
    """Some 100 kB that unpack to 100 MB, as a sheet of a workbook or as something else."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as member:
        for _ in range(100):
            member.write(b"<row/>" * 170_000)
    return packed.getvalue()


def _files(chance: Random, mark: str) -> bytes:
    order = "number,created_at,sku,quantity,unit_price,email\n"
    row = f"{mark},2031-01-01,CUP-1,1,10.00,n@example.com\n"
    return chance.choice(
        (
            lambda: _zip_bomb("xl/worksheets/sheet1.xml"),
            lambda: _zip_bomb(f"{'../' * 5}etc/x"),
            lambda: (",".join(f"c{n}" for n in range(5_000)) + "\n").encode() * 3,
            lambda: (order + row).encode("utf-16")[:-1],
            lambda: (order + row).encode() + bytes(chance.randrange(256) for _ in range(3_000)),
            lambda: order.encode() + b'"' + b"x" * 500_000,
            lambda: order.encode() + row.encode().replace(b"1", b"9" * 300) * 20,
            lambda: b"\0" * 20_000 + mark.encode(),
            lambda: order.encode() + b'","' * 50_000,
            lambda: (order * 2_000).encode(),
            lambda: b"\xff\xfe" + order.encode(),
            lambda: mark.encode(),
            lambda: b"PK\x03\x04" + mark.encode() * 100,
            lambda: b"a" * 900_000,
            lambda: b"\n" * 100_000 + row.encode(),
            lambda: ("=HYPERLINK(" + mark + ")\t" * 1_000 + "\n").encode() * 5,
        )
    )()  # fmt: skip


def _multipart(chance: Random, mark: str, sent: bytes) -> tuple[bytes, str]:
    """A form with the file in it, right or nearly."""
    names = ("file.csv", f"../../{mark}.csv", f"{mark}\0.csv", "a" * 3_000, "")
    told = chance.choice(_mappings(chance, mark))
    mapping = f'--B\r\nContent-Disposition: form-data; name="mapping_text"\r\n\r\n{told}\r\n'
    part = f'--B\r\nContent-Disposition: form-data; name="file"; filename="{chance.choice(names)}"\r\n\r\n'
    end = chance.choice((b"\r\n--B--\r\n", b"\r\n--B--\r\n", b"", b"\r\n--B"))
    many = b"--B\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n" * chance.choice((0, 0, 0, 2_000))
    start = mapping.encode("utf-8", "replace")[:90_000] if chance.random() < 0.5 else b""
    return start + many + part.encode("utf-8", "replace") + sent + end, "multipart/form-data; boundary=B"


def file(target: Target, chance: Random, mark: str) -> Hostile:
    """A file to import, or to propose a mapping for."""
    sent, kind = _files(chance, mark), "text/csv"
    if chance.random() < 0.5:
        sent, kind = _multipart(chance, mark, sent)
    options = chance.choice(
        (
            "",
            f"?mapping={mark}",
            "?kind=statuses",
            "?dry_run=true",
            f"?timezone={mark}",
            "?kind=stock",
            f"?{mark}=1",
            "?decimal=%2C",
        )
    )
    path = f"{IMPORTS}/mappings/guess" if chance.random() < 0.6 else f"{IMPORTS}{options}"
    return Hostile("file", request(target, "POST", path, sent, kind), mark.encode())
