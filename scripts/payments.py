"""`carnet payments`: what payment providers and the ledger tell differently."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from uuid import uuid4

import click

from domain.money import amount_text
from projections.payments import reconciliation
from projections.payments.provider import Troubled
from projections.payments.reconciliation import LedgerDifference, Reconciliation
from scripts.installation import opened_runtime
from workers.payments.reconciliation import run

DIFFERENT = 3


@click.group()
def payments() -> None:
    """Look after money that is with payment providers."""


@payments.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def reconcile(as_json: bool) -> None:
    """Compare providers and ledger now, and list what they tell differently; nothing is corrected.

    Exit status: 0 when both tell the same, 3 when something differs, 1 when a provider does not answer.
    """
    run_id = uuid4()
    with opened_runtime() as runtime:
        try:
            run(runtime, run_id, datetime.now(UTC))
        except Troubled as trouble:
            raise click.ClickException(f"A payment provider does not answer: {trouble.code}. Try again.") from None
        with runtime.reading() as connection:
            looked = reconciliation.find(connection, run_id)
            found = reconciliation.differences(connection, run_id)
    if looked is None:
        raise click.ClickException("What was found was not kept; run this again.")
    click.echo(json.dumps(told(looked, found)) if as_json else "\n".join(lines(looked, found)))
    if found:
        sys.exit(DIFFERENT)


def told(looked: Reconciliation, found: list[LedgerDifference]) -> dict[str, object]:
    """A look and what it found, for a program; amounts are text with the currency's decimals."""
    return {
        "id": str(looked.id),
        "since": looked.since.isoformat(),
        "until": looked.until.isoformat(),
        "providers": looked.providers,
        "payments": looked.payments,
        "refunds": looked.refunds,
        "differences": [
            {
                **one._asdict(),
                "order_id": str(one.order_id) if one.order_id else None,
                "provider_amount": _amount(one.provider_amount, one.currency),
                "ledger_amount": _amount(one.ledger_amount, one.currency),
            }
            for one in found
        ],
    }


def lines(looked: Reconciliation, found: list[LedgerDifference]) -> list[str]:
    """The same for a person."""
    head = f"{looked.payments} payments and {looked.refunds} refunds compared with {', '.join(looked.providers)}."
    return [
        head,
        *(f"{one.order_number or '?'}  {one.subject} {one.reference}: {one.reason} ({_sides(one)})" for one in found),
        f"{len(found)} told differently." if found else "Provider and ledger tell the same.",
    ]


def _sides(one: LedgerDifference) -> str:
    theirs = f"{one.provider_state} {_amount(one.provider_amount, one.currency)}" if one.provider_state else "nothing"
    ours = f"{one.ledger_state} {_amount(one.ledger_amount, one.currency)}" if one.ledger_state else "nothing"
    return f"{one.provider}: {theirs}; ledger: {ours}; {one.currency}"


def _amount(amount: int | None, currency: str) -> str | None:
    return None if amount is None else amount_text(amount, currency)
