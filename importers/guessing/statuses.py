"""What statuses of other shops seem to say of an order's stage, of its money and of its parcels."""

from __future__ import annotations

from domain.statuses import CANCELLED, COMPLETED, PENDING, PROCESSING, SHIPPED
from importers.guessing.words import bare
from importers.mapping.mapping import Fulfilment, PaymentStanding
from importers.platforms.woocommerce.statuses import STAGE_OF, known_status

_STAGE_WORDS = {
    COMPLETED: "complete, completed, done, delivered, closed, fulfilled, livree, livré, terminee, terminé, "
    "geliefert, "
    "erledigt, entregado, consegnato, evaso",
    SHIPPED: "shipped, sent, dispatched, expediee, expédié, envoyee, envoyé, versendet, verschickt, enviado, spedito",
    PROCESSING: "paid, processing, in progress, confirmed, sales order, to deliver and bill, to deliver, "
    "to bill, payee, payé, en preparation, confirmee, bezahlt, in arbeit, "
    "bestatigt, pagado, en proceso, confirmado, pagato, in preparazione, confermato",
    PENDING: "new, open, pending, unpaid, quotation, quotation sent, draft, awaiting payment, nouvelle, "
    "ouverte, neu, offen, unbezahlt, nuevo, abierto, "
    "pendiente, nuovo, aperto",
    CANCELLED: "cancelled, canceled, void, refunded, returned, annulee, annulé, retournee, storniert, "
    "zuruckgesendet, "
    "cancelado, anulado, devuelto, annullato, reso",
}
_PAYMENT_WORDS: dict[PaymentStanding, str] = {
    "paid": "paid, paid in full, captured, settled, payee, payé, reglee, réglé, acquitté, bezahlt, pagado, pagato",
    "unpaid": "unpaid, not paid, pending, open, due, awaiting payment, impayee, impayé, non payé, en attente, "
    "en attente de paiement, unbezahlt, offen, ausstehend, pendiente, no pagado, impagado, non pagato, in attesa",
    "partially_refunded": "partially refunded, partly refunded, partiellement remboursé, partiellement remboursée, "
    "teilweise erstattet, parcialmente reembolsado, parzialmente rimborsato",
    "partially_paid": "partially paid, partly paid, partiellement payé, partiellement payée, "
    "teilweise bezahlt, anzahlung, "
    "parcialmente pagado, parzialmente pagato",
    "authorized": "authorized, authorised, autorisé, autorisée, autorisiert, autorizado, autorizzato",
    "refunded": "refunded, fully refunded, remboursee, remboursé, erstattet, zuruckerstattet, reembolsado, rimborsato",
}
_FULFILMENT_WORDS: dict[Fulfilment, str] = {
    "fulfilled": "fulfilled, shipped, sent, delivered, complete, completed, expédié, expédiée, envoyé, livré, "
    "livrée, "
    "versendet, versandt, verschickt, geliefert, enviado, entregado, spedito, consegnato, evaso",
    "partial": "partial, partially fulfilled, partially shipped, partly shipped, partiellement expédié, "
    "teilweise versendet, "
    "teilweise geliefert, parcialmente enviado, parzialmente spedito",
    "unfulfilled": "unfulfilled, not fulfilled, not shipped, unshipped, pending, open, non expédié, non expédiée, "
    "à expédier, en attente, nicht versendet, nicht versandt, offen, no enviado, pendiente, non spedito, in attesa",
}
_FULFILMENT_BY_WORD = {
    bare(word): fulfilment for fulfilment, words in _FULFILMENT_WORDS.items() for word in words.split(",")
}
_PAYMENT_BY_WORD = {bare(word): standing for standing, words in _PAYMENT_WORDS.items() for word in words.split(",")}
_STAGE_BY_WORD = {bare(word): stage for stage, words in _STAGE_WORDS.items() for word in words.split(",")}


def stage_of(text: str) -> str:
    """The stage that a status of another shop seems to mean, empty where its word is not known."""
    if code := known_status(text):
        return STAGE_OF[code]
    return _STAGE_BY_WORD.get(bare(text), "")


def payment_standing_of(text: str) -> PaymentStanding | None:
    """What a status of another shop seems to say of the money, None where its word is not known."""
    return _PAYMENT_BY_WORD.get(bare(text))


def fulfilment_of(text: str) -> Fulfilment | None:
    """What a status of another shop seems to say of what was sent, None where its word is not known."""
    return _FULFILMENT_BY_WORD.get(bare(text))
