"""One person has one e-mail address, however it is written, and what only looks like it is refused."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from domain.emails import MixedEmail, UnseenInEmail, check_email, normalised_email

ACCENTED = "zo\u00e9@ex\u00e4mple.com"


@pytest.mark.parametrize(
    "written",
    [
        ACCENTED,
        normalize("NFD", ACCENTED),
        ACCENTED.upper(),
        f" {ACCENTED} ",
        "zo\u00e9@xn--exmple-cua.com",
        "\uff5ao\u00e9@ex\u00e4mple\u3002com",
    ],
)
def test_every_writing_of_an_address_is_one_address(written: str) -> None:
    check_email(written, "")
    assert normalised_email(written) == "zo\u00e9@xn--exmple-cua.com"


@pytest.mark.parametrize("text", ["Nora@Example.COM", " nora+till@sub.example.com\n", "a@b"])
def test_an_address_in_ascii_is_known_as_it_always_was(text: str) -> None:
    assert normalised_email(text) == text.strip().lower()


@pytest.mark.parametrize(
    "letter",
    ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u180e", "\u034f", "\ufe0f", "\u3164",
     "\U000e0061", "\U000e0100", "\ue000"],
)  # fmt: skip
def test_a_character_that_nobody_sees_is_refused(letter: str) -> None:
    for text in (f"no{letter}ra@example.com", f"nora@exa{letter}mple.com"):
        with pytest.raises(UnseenInEmail) as refused:
            check_email(text, "/email")
        assert letter not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "n\u043era@example.com",  # a Cyrillic o
        "nora@ex\u0430mple.com",  # a Cyrillic a
        "nora@example.c\u03bfm",  # a Greek omicron
        "\u0430\u0441\u0435@example.com",  # Cyrillic alone, drawn as Latin
        "nora@\u0440\u0430\u0443.com",
    ],
)
def test_letters_that_look_like_others_are_refused(text: str) -> None:
    with pytest.raises(MixedEmail):
        check_email(text, "/email")


@pytest.mark.parametrize(
    "text",
    [
        "\u0438\u0432\u0430\u043d@\u043f\u043e\u0447\u0442\u0430.\u0440\u0444",
        "\u592a\u90ce@\u4f8b\u3048.jp",
        "\u30e1\u30fc\u30eb@example.jp",
        "\u540d\u524dtaro@example.jp",
        "\ud64d\uae38@example.kr",
        "stra\u00dfe-3@m\u00fcnchen.de",
        "\u03b5\u03bb\u03bb\u03b7\u03bd\u03b1\u03c2@example.gr",
    ],
)
def test_addresses_of_other_scripts_are_taken(text: str) -> None:
    check_email(text, "/email")
    assert normalised_email(normalised_email(text)) == normalised_email(text)
