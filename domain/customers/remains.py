"""What an erasure reaches, and what it leaves in the clear: told to whoever asks for one, and in the documentation."""

from __future__ import annotations

from typing import NamedTuple


class Remains(NamedTuple):
    """Something that an erasure leaves as it is: what, and why."""

    what: str
    why: str


# At once, with the person's key, and in the views that follow the log; files and messages by a worker, within minutes.
REACHED = (
    "names, addresses, e-mail addresses and telephone numbers in every event, answer and view",
    "notes on orders and the copies of mails",
    "answers kept under an Idempotency-Key",
    "files made by exports and prints before",
    "uploaded files and error files of imports before, once the import is at rest",
    "drafts of orders that were typed before and not sent",
    "what payment providers told about the person's orders",
    "the keys of the mails about the person's orders that are kept outside the database",
)  # fmt: skip
STAYS = (
    Remains("figures, dates, numbers of orders and SKUs", "they are the merchant's books"),
    Remains("payment references", "they are the provider's name of money that moved; books are checked by them"),
    Remains("tracking codes", "a parcel is traced and disputed by its code; the carrier holds the address behind it"),
    Remains("tags of orders and customers", "they are the merchant's own words: name no person in them"),
    Remains("reasons of commands", "auditors read why; write why, not who"),
    Remains("the buyer of an issued invoice or credit note", "the law wants invoices kept; under a key of its own"),
    Remains("the hashes of prints", "they prove what was printed and tell nothing of it"),
    Remains("items and codes in jobs' results", "they hold ids, numbers and codes alone, and go when jobs are deleted"),
    Remains("what was searched for, in the record of reads", "auditors see who looked for whom; it is kept for a time"),
    Remains("files that were fetched, and backups made before", "they are out of this program's reach"),
)
