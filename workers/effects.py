"""Who does what on the outside world: every kind of effect and its performer."""

from __future__ import annotations

from collections.abc import Mapping

from workers.books import close_books
from workers.bulk import BULK
from workers.erasing import clear_person
from workers.exports import EXPORTS
from workers.mail import SEND_MAIL
from workers.marketing import CALL_WEBHOOK, END_ENROLMENTS, TAKE_STEP
from workers.payments import PAYMENTS
from workers.prints import PRINTS
from workers.products import PRODUCTS
from workers.retention import keep_to_it
from workers.tools import GiveUp, Job, LostClaim, Performer, Retry, Tools, Unknown
from workers.upkeep import UPKEEP

__all__ = ["PERFORMED", "GiveUp", "Job", "LostClaim", "Performer", "Retry", "Tools", "Unknown"]

PERFORMED: Mapping[str, Performer] = {
    "mail.send": SEND_MAIL,
    "sequence.step": TAKE_STEP,
    "sequence.webhook": CALL_WEBHOOK,
    "sequence.withdrawal": END_ENROLMENTS,
    "person.clear": Performer(clear_person, repeatable=True),
    "books.close": Performer(close_books, repeatable=True),
    "retention.run": Performer(keep_to_it, repeatable=True),
    **PAYMENTS,
    **BULK,
    **EXPORTS,
    **PRINTS,
    **PRODUCTS,
    **UPKEEP,
}
