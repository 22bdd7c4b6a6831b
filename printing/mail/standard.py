"""Which template a mail is written from: the shop's own, else the one that came with the program."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from domain.shop import LOCALES, Shop
from domain.templates import OCCASIONS

FOLDER = files("printing.mail") / "standard"


class Source(NamedTuple):
    """What a template says; a `standard` one came with the program, has version 0 and is trusted."""

    subject: str
    html: str
    text: str = ""
    version: int = 0
    standard: bool = False


def source_for(shop: Shop, status: str, locale: str) -> Source:
    """The shop's template of a status or another occasion, in the language or in its own, else the standard one."""
    for language in (locale, shop.defaults.locale):
        own = shop.templates.get(f"{status}/{language}")
        if own:
            return Source(own.subject, own.html, own.text, own.version)
    return standard_for(shop, status, locale)


def standard_for(shop: Shop, status: str, locale: str) -> Source:
    """The standard template of a status, that of its stage, or of another occasion."""
    known = shop.statuses.get(status)
    return standard(status if status in OCCASIONS else known.stage if known else "pending", locale)


@cache
def standard(name: str, locale: str) -> Source:
    """A template that came with the program: a stage's, or one for an occasion; its first line is the subject."""
    language = locale if locale in LOCALES else "en"
    subject, _, html = (FOLDER / f"{name}.{language}.html").read_text("utf-8").partition("\n")
    return Source(subject, html, standard=True)
