"""Text as it is searched and sorted."""

from __future__ import annotations

import psycopg
import pytest

from projections.views.plain import number_order, patterns, phone_digits, plain, plain_words

LATIN_1 = "".join(chr(code) for code in range(0xC0, 0x100) if code not in (0xD7, 0xF7))
LATIN_EXTENDED_A = "".join(chr(code) for code in range(0x100, 0x180) if chr(code) not in "ŉſĿŀ")
VIETNAMESE = "".join(chr(code) for code in range(0x1EA0, 0x1EFA))
ASCII = "".join(chr(code) for code in range(32, 127))


OTHERS = ["αβγδωΑΩ", "абвгдежзЖЩЯ", "日本語カタ"]


@pytest.mark.parametrize("alphabet", [ASCII, LATIN_1, LATIN_EXTENDED_A, VIETNAMESE, *OTHERS])
def test_python_and_sql_write_text_alike(database: str, alphabet: str) -> None:
    with psycopg.connect(database) as connection:
        [[told]] = connection.execute(
            "SELECT array_agg(plain(letter) ORDER BY number) "
            "FROM unnest(%s::text[]) WITH ORDINALITY AS letters (letter, number)",
            [list(alphabet)],
        )
    assert {letter: plain(letter) for letter in alphabet} == dict(zip(alphabet, told, strict=True))


def test_letters_and_marks_apart_are_the_same_as_together() -> None:
    assert plain("e\u0301") == plain("é") == "e"


def test_a_blank_stands_before_every_word() -> None:
    assert plain_words("Élodie Test", "", "a@b.fr") == " elodie test a@b.fr"


def test_a_short_word_is_looked_for_where_words_begin() -> None:
    assert patterns("él test") == ["% el%", "%test%"]


@pytest.mark.parametrize(
    "phone", ["06 12 34 56 78", "+33612345678", "+33 (0)6.12.34.56.78", "0033-6-12-34-56-78", "(06) 12 34 56 78"]
)
def test_a_telephone_number_is_one_word_in_any_writing(phone: str) -> None:
    assert phone_digits(phone) == "612345678"
    assert patterns(f"nora {phone} mug") == ["%nora%", "%612345678%", "%mug%"]


@pytest.mark.parametrize(
    ("phone", "digits"),
    [("+1 (555) 010-0199", "5550100199"), ("+49 151 2345678", "1512345678"), ("+352 27 00 11", "270011"), ("", "")],
)
def test_the_code_of_a_country_is_left_out(phone: str, digits: str) -> None:
    assert phone_digits(phone) == digits


def test_a_number_sign_before_a_word_is_left_out() -> None:
    assert patterns("#C1047 #") == ["%c1047%", "% #%"]


def test_wildcards_mean_themselves() -> None:
    assert patterns("50%_\\") == [r"%50\%\_\\%"]


def test_a_search_has_at_most_eight_words() -> None:
    assert len(patterns("w " * 20)) == 8


def test_numbers_sort_as_people_count() -> None:
    numbers = ["C10", "C9", "C-2-10", "C-2-9", "B100", "", "C009"]
    assert sorted(numbers, key=number_order) == ["", "B100", "C-2-9", "C-2-10", "C9", "C009", "C10"]
