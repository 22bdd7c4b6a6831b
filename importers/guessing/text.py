"""A proposed mapping as a TOML file to read and correct: a comment on every guess, and what was left out.

Samples of what tells of a person are shown by their shape alone (`Xxx Xxxxxx`): the file may be kept and handed on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from importers.guessing.columns import Column, is_amount, is_country, is_date, is_short
from importers.guessing.proposal import CreditNotes, Guess, Guessed
from importers.guessing.words import bare, meanings

SURE, LIKELY = 0.85, 0.6
LONGEST = 30
FEW = 12  # different texts, each there several times, are those of a choice, not of people
MOST_NAMED = 40

_PERSONAL = re.compile(r"customer_.*|note|operator|(?:billing|shipping)/(?!country|region).*")
_DIGIT = re.compile(r"\d")
_NETWORK = re.compile(r"\d+(?:\.\d+){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def mapping_text(guess: Guess) -> str:
    """The proposal as TOML."""
    return "\n".join([*_head(guess), *_columns(guess), *_addresses(guess), *_tables(guess), *_left_out(guess)]) + "\n"


def shown_samples(column: Column, field: str = "") -> list[str]:
    """Samples of a column that is read as a field (empty: it is left out), of what tells of a person their shape."""
    personal = _PERSONAL.fullmatch(field) is not None if field else _may_be_personal(column)
    return [_shown(text, personal=personal) for text in column.samples]


def certainty(surely: float) -> str:
    """How sure a guess is, in a word."""
    if surely >= SURE:
        return "sure"
    return "likely" if surely >= LIKELY else "perhaps"


def _head(guess: Guess) -> Iterator[str]:
    looked = f"all {guess.rows} rows" if guess.whole else f"the first {guess.rows} rows"
    yield f"# Proposed from {looked}. Nothing is imported by it: read it, correct it, and say --map with this file."
    yield f"source = {_text(guess.source)}  # the shop's name; with their numbers it makes the orders' identity"
    if guess.column("number"):
        rows, why = ("scattered", "apart") if guess.scattered else ("together", "one after the other")
        yield f'rows = "{rows}"  # rows of one order lie {why}'
    yield from _currency(guess)
    yield from _dates(guess)
    yield from _decimal(guess)
    if not guess.column("status"):
        yield '# stage = "completed"  # where all orders stand: no column tells a status'
    if not guess.column("paid") and not guess.payments():
        yield "# paid = true  # say so if all orders were paid: no column tells what came in"
    yield from _sums(guess)


_OTHER = {True: "is within the prices", False: "comes on top"}


def _sums(guess: Guess) -> Iterator[str]:
    """How the amounts belong together, and what proves it."""
    sums = guess.sums
    taxed = any(guess.column(field) for field in ("tax_rate", "tax", "line_tax", "shipping_tax"))
    if sums.orders and not sums.prove:
        yield f"# The parts come to the total in {sums.held} of {sums.orders} orders alone: look at the amounts."
    if sums.prove and (taxed or not sums.includes_tax):
        included = "true" if sums.includes_tax else "false"
        yield f"prices_include_tax = {included}  # the sums of {sums.held} of {sums.orders} orders prove it"
    elif taxed:
        on_top = any("sales tax" in bare(one.column.name) for one in guess.guessed)
        yield f"prices_include_tax = {'false' if on_top else 'true'}  # correct it if tax {_OTHER[on_top]}"
    if guess.negative_discounts:
        yield 'discounts = "negative"  # they are told below zero'
    if guess.credit_notes and guess.credit_notes.returns:
        yield 'negative_quantities = "returns"  # rows below zero repeat goods of the same order: they came back'
    if guess.summed:
        yield f"summed = [{', '.join(map(_text, guess.summed))}]  # rows of one order tell different amounts"


def _currency(guess: Guess) -> Iterator[str]:
    if guess.column("currency"):
        return
    found = next((told for one in guess.guessed if _is_money(one.field) and (told := one.column.currency)), "")
    if found:
        yield f'currency = "{found}"  # by the sign beside its amounts'
    else:
        yield '# currency = "EUR"  # no column tells one: say it here or by --currency'


def _dates(guess: Guess) -> Iterator[str]:
    dates = [one.column for one in guess.guessed if one.field.endswith("_at")]
    forms = {column.date_form for column in dates}
    proved = forms & {"day-first", "month-first"}
    if len(proved) == 1 and "mixed" not in forms:
        yield f'date_format = "{proved.pop()}"  # a date proves it'
    elif forms - {"iso"}:
        yield '# date_format = "day-first"  # or "month-first": the dates do not say which'
    if any(not column.has_offset for column in dates):
        yield '# timezone = "Europe/Paris"  # times tell no zone: say it here or by --timezone'


def _decimal(guess: Guess) -> Iterator[str]:
    signs = {sign for one in guess.guessed if _is_money(one.field) and (sign := one.column.decimal)}
    if len(signs) == 1:
        yield f'decimal = "{signs.pop()}"'
    elif len(signs) > 1:
        yield '# decimal = "."  # or ",": the columns write their amounts differently'


def _is_money(field: str) -> bool:
    return field in (
        "total", "tax", "discount", "discount_percent", "shipping_charge", "shipping_discount", "shipping_tax", "paid",
        "refunded", "unit_price", "line_total", "line_discount", "line_discount_percent", "line_tax", "tax_rate",
    )  # fmt: skip


def _columns(guess: Guess) -> Iterator[str]:
    yield ""
    yield "[columns]"
    for field in ("number", "created_at"):
        if not guess.column(field):
            yield f'# {field} = "..."  # needed, and no column looks like it: name it'
    for one in guess.guessed:
        if "/" not in one.field:
            yield _line(one.field, one)


def _addresses(guess: Guess) -> Iterator[str]:
    for kind in ("billing", "shipping"):
        parts = [one for one in guess.guessed if one.field.startswith(f"{kind}/")]
        if parts:
            yield ""
            yield f"[columns.{kind}]"
            yield from (_line(one.field.partition("/")[2], one) for one in parts)


def _line(key: str, one: Guessed) -> str:
    shown = ", ".join(shown_samples(one.column, one.field))
    return f"{key} = {_text(one.column.name)}  # {certainty(one.surely)}, {one.why}: {shown}"


def _payments(guess: Guess) -> Iterator[str]:
    payments = guess.payments()
    if payments:
        yield ""
        yield "[payments]"
        for text, standing in payments.items():
            told = f'{_key(text)} = "{standing}"' if standing else f'# {_key(text)} = "..."'
            yield told if standing else f"{told}  # not known: say paid, unpaid or refunded"


def _fulfilments(guess: Guess) -> Iterator[str]:
    fulfilments = guess.fulfilments()
    if fulfilments:
        yield ""
        yield "[fulfilments]"
        for text, sent in fulfilments.items():
            unknown = f'# {_key(text)} = "..."  # not known: say fulfilled, partial or unfulfilled'
            yield f'{_key(text)} = "{sent}"' if sent else unknown


def _tables(guess: Guess) -> Iterator[str]:
    statuses = guess.statuses()
    if statuses:
        yield ""
        yield "[statuses]"
        for text, stage in statuses.items():
            yield f'{_key(text)} = "{stage}"' if stage else f'# {_key(text)} = "..."  # not known: say its stage'
    yield from _payments(guess)
    yield from _fulfilments(guess)
    nothing = [one for one in guess.guessed if one.column.nothing]
    if nothing:
        yield ""
        yield "[nothing]"
        for one in nothing:
            texts = ", ".join(_text(text) for text in one.column.nothing)
            yield f"{_key(one.column.name)} = [{texts}]  # these mean an empty cell"
    yield from _countries(guess)
    if guess.credit_notes:
        yield from _rules(guess.credit_notes, guess)


def _countries(guess: Guess) -> Iterator[str]:
    columns = [one.column for one in guess.guessed if one.field.endswith("/country")]
    unknown = sorted({text for column in columns for text in column.texts if is_short(text) and not is_country(text)})
    if unknown:
        yield ""
        yield "[countries]"
        yield from (f'# {_key(text)} = "..."  # not known: say its two-letter code' for text in unknown[:MOST_NAMED])


def _rules(credit: CreditNotes, guess: Guess) -> Iterator[str]:
    if credit.prefix:
        yield ""
        yield f"# Every quantity of the numbers that begin with {credit.prefix} is negative: goods that came back."
        yield "[[rules]]"
        yield f"when = {{ number = {_text('^' + re.escape(credit.prefix))} }}"
        yield 'then = "credit_note"'
    if credit.others and not credit.returns:
        yield ""
        yield "# No line sells less than one unit: these rows are refused in any case, here in their own words."
        yield "[[rules]]"
        yield 'when = { quantity = "^-" }'
        yield 'then = "refuse"'
        yield 'code = "not-a-sale"'
        yield 'message = "A negative quantity outside a credit note sells nothing."'
        yield 'fix = "Leave it out."'
    price = guess.column("unit_price")
    if price and any(not text.strip("0.,") for text in price.texts):
        yield ""
        yield "# Some lines are free. Refuse those that are no sales by a rule like:"
        yield '# when = { unit_price = "^0([.,]0+)?$" }, then = "refuse"'


def _left_out(guess: Guess) -> Iterator[str]:
    if guess.left_out:
        yield ""
        yield "# Left out:"
    for one in guess.left_out:
        why = f" ({one.why})" if one.why else ""
        shown = ", ".join(shown_samples(one.column))
        yield f"# - {_text(one.column.name)}{why}: {shown}"


def _may_be_personal(column: Column) -> bool:
    """Whether cells that nobody explains may tell of people: by their name, or as texts of no choice."""
    if any(_PERSONAL.fullmatch(one.field) or one.field.startswith("/") for one in meanings(column.name)):
        return True
    if column.share(lambda text: is_date(text) or is_amount(text)) == 1.0:
        return False
    if column.any(lambda text: _NETWORK.fullmatch(text) is not None):
        return True
    return len(column.texts) > FEW or column.texts.total() < 4 * len(column.texts)


def _shown(text: str, *, personal: bool) -> str:
    """A sample for a comment: on one line, short, and of what tells of a person only the shape."""
    line = _UNSHOWN.sub(" ", text)
    shown = line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
    if not personal:
        return shown
    letters = "".join("X" if sign.isupper() else "x" if sign.isalpha() else sign for sign in shown)
    return _DIGIT.sub("9", letters)


def _key(text: str) -> str:
    return text if _BARE_KEY.fullmatch(text) else _text(text)


def _text(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's as well, but for the sign of deletion."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
