"""The brake on guessing passwords: it counts failures, where they come from, and shuts nobody out from elsewhere."""

from __future__ import annotations

from uuid import UUID

from api.access import credentials
from api.origins import origin
from api.problems import Problem
from projections.access.attempts import WINDOW, Attempts

# Most failures within a quarter of an hour: at one account from one place, from one place, at one account.
OWN, PLACE, ACCOUNT = 10, 50, 200


class Brake:
    """One attempt at an account's password from a place: the client's IPv4 address or IPv6 network.

    Whoever fails too often at an account from a place is refused there, and nowhere else. Too many failures of a place
    at any accounts, or of any places at an account, refuse only places from which the account was never signed in to:
    strangers who guess from everywhere can neither go on nor shut its owner out. A growing delay instead would hold a
    thread for each guess, or be a turn for which the owner had to race the guessers.
    """

    def __init__(self, username: str, address: str | None) -> None:
        self._attempts = Attempts(credentials().pool)
        self._username = username
        self._place = origin(address)
        self._own = f"both:{username}:{self._place}"
        self._shared = (f"address:{self._place}", f"account:{username}")

    def hold(self) -> None:
        """Counts the attempt as failed until `release`, or refuses it; one that is refused counts for nothing."""
        own, *shared = self._attempts.count((self._own, *self._shared))
        many = any(count > limit for count, limit in zip(shared, (PLACE, ACCOUNT), strict=True))
        if own > OWN or (many and not self._attempts.is_known(self._username, self._place)):
            self._attempts.take_back((self._own, *self._shared))
            seconds = str(int(WINDOW.total_seconds()))
            detail = "Too many attempts to sign in; wait a quarter of an hour."
            raise Problem(429, "too-many-attempts", detail, headers={"Retry-After": seconds})

    def release(self, operator_id: UUID) -> None:
        """The password was right: the attempt counts no more, and the place is the account's own from now on."""
        self._attempts.take_back(self._shared)
        self._attempts.forget(self._own)
        self._attempts.remember(operator_id, self._place)
