"""Whatever a merchant's template is up to, it ends a process apart, soon, and the next mail is written as ever."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from printing.mail import BadTemplate, Source, Written, check_template, write
from printing.mail.example import example_facts
from printing.mail.isolated import _process

GOOD = Source("Order {{ order.number }}", "<p>{{ order.number }}</p>")
BOMBS = {
    "counts that nobody sees": "{% for a in range(4000) %}{% if 'x' in range(99999) %}{% endif %}{% endfor %}",
    "numbers compared": "{{ range(99999999) == range(99999998) }}" + "{{ -1.5 in range(99999999) }}" * 40,
    "static text in a loop": "{% for a in range(4999) %}" + "x" * 10_000 + "{% endfor %}",
    "nested brackets": "{{ " + "(" * 900 + "1" + ")" * 900 + " }}",
    "nested lists": "{% set a = " + "[" * 5_000 + "]" * 5_000 + " %}",
    "nested blocks": "{% if 1 %}" * 400 + "{% endif %}" * 400,
    "many not": "{{ " + "not " * 9_000 + "1 }}",
    "one long sum": "{{ 1" + "+1" * 9_000 + " }}",
    "a list of lists": "{% set a = [range(99999)] %}" + "{% set a = [a, a, a, a] %}" * 100 + "{{ a|length }}",
    "titles of titles": "{% set s = 'x' %}" + "{% set s = s|urlencode ~ s|title %}" * 300,
    "a thousand filters": "{{ 'x'" + "|title" * 3_000 + " }}",
}


def is_well() -> bool:
    """Whether the next mail is written as ever."""
    return write(GOOD, example_facts()).subject == "Order C1001"


def tried(source: Source) -> Written | BadTemplate:
    try:
        return check_template(source)
    except BadTemplate as error:
        return error


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_soon_over_and_harms_nobody(name: str) -> None:
    assert is_well()
    began = time.monotonic()
    tried(Source("s", BOMBS[name]))
    assert time.monotonic() - began < 3
    assert is_well()


@pytest.mark.parametrize("name", ["counts that nobody sees", "nested brackets", "many not", "nested lists"])
def test_the_gravest_are_refused_with_a_word(name: str) -> None:
    refused = tried(Source("s", BOMBS[name]))
    assert isinstance(refused, BadTemplate)
    assert refused.details["fault"]
    assert refused.details["names"]


HALVES = {"subject": Source("\ud800", "h"), "html": Source("s", "\ud800"), "text": Source("s", "h", "\ud800")}


@pytest.mark.parametrize("part", HALVES)
def test_half_a_character_is_named(part: str) -> None:
    refused = tried(HALVES[part])
    assert isinstance(refused, BadTemplate)
    assert refused.pointer == f"/{part}"


@pytest.mark.parametrize(
    "text",
    [
        "{% include 'a\0b' %}",
        "{% import 'a\0b' as a %}",
        "{% extends '\0' %}",
        "{{ order['a\0'] }}",
        "{{ a\0 }}",
        "{{ 1|int(base=" + "9" * 5_000 + ") }}",
        "{{ " + "9" * 5_000 + " }}",
    ],
)
def test_what_python_does_not_take_is_refused_by_the_process_that_stands(text: str) -> None:
    assert is_well()
    before = _process._running
    refused = tried(Source("s", text))
    assert isinstance(refused, BadTemplate)
    assert "came to an end" not in refused.details["fault"]
    assert _process._running is before


def test_many_threads_get_each_their_own_mail_while_a_bomb_goes_off() -> None:
    def written(number: int) -> str:
        if number % 5 == 0:
            return str(tried(Source("s", BOMBS["counts that nobody sees"])))
        return write(Source(f"No {number}", "<p>h</p>"), example_facts()).subject

    with ThreadPoolExecutor(8) as threads:
        for number, subject in enumerate(threads.map(written, range(30))):
            assert number % 5 == 0 or subject == f"No {number}"


def test_a_process_that_was_killed_is_begun_again() -> None:
    assert is_well()
    assert _process._running is not None
    os.killpg(_process._running.pid, signal.SIGKILL)
    _process._running.wait()
    assert is_well()


def test_it_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARNET_SECRET_KEY", "a secret that no template may ever see")
    _process._end()
    assert is_well()
    assert _process._running is not None
    environment = Path(f"/proc/{_process._running.pid}/environ").read_bytes()
    assert b"CARNET" not in environment


def test_a_forked_server_process_has_one_of_its_own() -> None:
    assert is_well()
    child = os.fork()
    if child == 0:
        os._exit(0 if is_well() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert is_well()


def test_it_ends_with_its_server() -> None:
    assert is_well()
    running = _process._running
    assert running is not None
    assert _process._channel is not None
    _process._channel.close()
    assert running.wait(timeout=10) == 0
