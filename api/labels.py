"""Words for people, by language: of what can be done."""

from __future__ import annotations

from collections.abc import Mapping

from domain.labels import Labels

ACTIONS: Mapping[str, Labels] = {
    "status": {"en": "Change status", "fr": "Changer le statut"},
    "edit": {"en": "Edit", "fr": "Modifier"},
    "pay": {"en": "Take payment", "fr": "Encaisser"},
    "refund": {"en": "Refund", "fr": "Rembourser"},
    "ship": {"en": "Ship", "fr": "Expédier"},
    "return": {"en": "Open a return", "fr": "Ouvrir un retour"},
    "receive_return": {"en": "Receive the return", "fr": "Réceptionner le retour"},
    "settle_return": {"en": "Settle the return", "fr": "Solder le retour"},
}


def action_labels(action: str, status: Labels | None) -> Labels:
    """What a button says that does this; a move is called by the status that it leads to."""
    return status or ACTIONS[action]
