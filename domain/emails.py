"""E-mail addresses: the one form under which a customer is known, and texts that only look like one."""

from __future__ import annotations

import re
from unicodedata import category, name, normalize

from domain.errors import Rejected

EMAIL_LIMIT = 254  # RFC 5321: what fits into a path
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,189}")
# Scripts that are written together (Unicode Technical Standard 39, "highly restrictive").
_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "BOPOMOFO"},
    {"LATIN", "CJK", "HANGUL"},
)
# Letters of Cyrillic and Greek that are drawn as Latin ones are.
_LOOKALIKES = frozenset(
    "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0458\u0455\u04bb\u0501\u051b\u051d"
    "\u03bf\u03bd\u03c1\u03b1\u03f2\u03f3"
)
_SCRIPTS = {"FEMININE": "LATIN", "MASCULINE": "LATIN", "KATAKANA-HIRAGANA": "KATAKANA", "IDEOGRAPHIC": "CJK"}
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")  # drawn as nothing although no format characters


class BadEmail(Rejected):
    """This is not an e-mail address."""

    code = "bad-email"


class UnseenInEmail(Rejected):
    """This e-mail address holds a character that is not seen; type it again."""

    code = "unseen-in-email"


class MixedEmail(Rejected):
    """This e-mail address holds letters of one script that look like those of another; type it again."""

    code = "mixed-email"


def normalised_email(text: str) -> str:
    """The form under which one customer is known: trimmed, lower case, composed (NFKC), the domain in ASCII."""
    if text.isascii():
        return text.strip().lower()
    plain = normalize("NFKC", normalize("NFKC", text.strip()).lower())
    local, at, domain = plain.rpartition("@")
    return local + at + ".".join(map(_label, re.split("[.\u3002]", domain)))


def check_email(text: str, pointer: str) -> None:
    """Refuses what no mail server could take apart, and what is drawn like another address."""
    if len(text) > EMAIL_LIMIT or not _EMAIL.fullmatch(text.strip()):
        raise BadEmail(pointer)
    if text.isascii():
        return
    if any(category(letter) in ("Cf", "Cc", "Co", "Cn") or letter in _UNSEEN or _varies(letter) for letter in text):
        raise UnseenInEmail(pointer)
    if any(map(_is_mixed, re.split("[@.]", normalize("NFKC", text.strip()).lower()))):
        raise MixedEmail(pointer)


def _label(label: str) -> str:
    """A label of a domain as resolvers ask for it (IDNA); one that cannot be asked for stays as it is."""
    try:
        return label.encode("idna").decode()
    except UnicodeError:
        return label


def _varies(letter: str) -> bool:
    """Whether it only chooses how the letter before it is drawn."""
    return "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"


def _is_mixed(part: str) -> bool:
    """Whether a part mixes scripts that are not written together, or is made of lookalikes of Latin letters alone."""
    letters = [letter for letter in part if category(letter).startswith("L")]
    scripts = {_script(letter) for letter in letters}
    if len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER):
        return True
    return bool(letters) and all(letter in _LOOKALIKES for letter in letters)


def _script(letter: str) -> str:
    """A letter's script, as its name begins."""
    first = name(letter, "").partition(" ")[0]
    return _SCRIPTS.get(first, first)
