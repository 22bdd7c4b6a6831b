"""What became of the orders in a bundle, told from their events alone: a second reading, with no code of Carnet's."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

NO_DECIMALS = [
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
]
THREE_DECIMALS = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
WHOLE_RATE = 1_000_000  # a tax of 20 % is 200_000
WHOLE_PERCENT = 10_000  # a coupon of 20 % is 2000

Json = dict[str, Any]


class Order:
    """An order as its events leave it; amounts are whole minor units of its currency."""

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.clear()

    def clear(self) -> None:
        """As before anything happened."""
        self.number = self.currency = ""
        self.gross = True  # whether prices hold their taxes
        self.history: list[Json] = []
        self.lines_of: dict[str, Json] = {}
        self.coupons: dict[str, Json] = {}
        self.discount = self.adjustment = 0
        self.shipping: Json = {}
        self.payments: dict[str, Json] = {}
        self.refunds: dict[str, Json] = {}
        self.persons: Json = {}
        self.version = 0

    @property
    def paid(self) -> int:
        """What was paid."""
        return sum(one["amount"] for one in self.payments.values() if one["state"] == "captured")

    @property
    def refunded(self) -> int:
        """What was given back."""
        return sum(one["amount"] for one in self.refunds.values() if one["state"] == "refunded")

    def facts(self) -> Json:
        """What became of it; amounts in minor units."""
        return {
            "id": self.stream, "number": self.number, "version": self.version, "currency": self.currency,
            "history": self.history, "total": total_of(self), "paid": self.paid, "refunded": self.refunded,
            "persons": self.persons,
        }  # fmt: skip

    def lines(self) -> list[str]:
        """The same to be read."""
        head = f"\nOrder {self.number or self.stream}, {self.version} events"
        steps = [f"  {one['at']}  {one['status']} ({one['stage']})  by {one['actor']}" for one in self.history]
        persons = [f"  {name}: {value}" for name, value in self.persons.items()]
        sums = (("total", total_of(self)), ("paid", self.paid), ("refunded", self.refunded))
        return [head, *steps, *persons, *(f"  {name}: {self._text(amount)}" for name, amount in sums)]

    def take(self, event: Json) -> None:
        """Takes the next event."""
        self.version = event["version"]
        kind, fields = event["topic"].removeprefix("order."), event["fields"]
        if kind in ("created", "import-undone"):
            stream_version = self.version
            self.clear()
            self.version = stream_version
        if kind == "created":
            self.number, self.currency = fields["number"], fields["currency"]
            self.gross = fields.get("prices_include_tax", True)
        elif kind in ("placed", "status-changed", "status-forced"):
            step = {"at": fields["timestamp"], "status": fields["status"], "stage": fields["stage"]}
            self.history.append({**step, "actor": fields["metadata"]["actor"], "forced": kind == "status-forced"})
        elif kind in ("customer-assigned", "billing-address-changed", "shipping-address-changed"):
            self._persons(fields)
        elif not self._goods(kind, fields, event["form"]):
            self._money(kind, fields)

    def _persons(self, fields: Json) -> None:
        for name in ("name", "email", "address"):
            value = fields.get(name)
            if value and not str(value).startswith("sealed:"):
                self.persons[name] = value

    def _goods(self, kind: str, fields: Json, form: int) -> bool:
        """Whether the event changed what is sold, or at what price."""
        if kind == "item-added":
            self.lines_of[fields["item"]] = dict(_taxed(fields, form))
        elif kind == "item-removed":
            self.lines_of.pop(fields["item"], None)
        elif kind in ("item-price-changed", "item-corrected", "item-quantity-changed"):
            self._change(kind, fields)
        elif kind == "coupon-applied":
            self.coupons.pop(fields["terms"]["code"], None)
            self.coupons[fields["terms"]["code"]] = fields["terms"]
        elif kind in ("coupon-removed", "coupon-lapsed"):
            self.coupons.pop(fields["coupon"], None)
        elif kind == "discount-set":
            self.discount = fields["amount"]
        elif kind == "shipping-charge-set":
            self.shipping = _taxed(fields, form)
        elif kind in ("imported", "import-updated"):
            self.adjustment = fields.get("adjustment", 0)
        else:
            return False
        return True

    def _change(self, kind: str, fields: Json) -> None:
        line = self.lines_of.get(fields["item"])
        if line is None:
            return
        if kind == "item-quantity-changed":
            quantity, kept = fields["quantity"], fields.get("kept")
            if kept is None and quantity < fields["was"]:  # form 1 counted units that had been given back as gone
                quantity = min(fields["was"], quantity + self._given_back(fields["item"]))
            line["quantity"] = quantity
        elif kind == "item-price-changed":
            line |= {"unit_price": fields["unit_price"], "discount": fields["discount"]}
        else:
            names = ("sku", "taxes", "exemption")
            line |= {name: fields[name] for name in names if name in fields}
            line |= {name: () if name == "taxes" else "" for name in names[1:] if name not in fields}

    def _given_back(self, item: str) -> int:
        counted = [one for one in self.refunds.values() if one["state"] in ("requested", "refunded")]
        lowering = [one for one in counted if not one["pay_again"]]
        return sum(line["quantity"] for one in lowering for line in one["lines"] if line["item"] == item)

    def _money(self, kind: str, fields: Json) -> None:
        payment, refund = fields.get("payment", ""), fields.get("refund", "")
        states = {"payment-recorded": "captured", "payment-authorized": "authorized", "payment-requested": "requested"}
        if kind in states:
            self.payments[payment] = {"amount": fields["amount"], "state": states[kind]}
        elif kind == "payment-captured" and payment in self.payments:
            self.payments[payment] = {"amount": fields["amount"], "state": "captured"}
        elif kind == "payment-voided" and payment in self.payments:
            self.payments[payment]["state"] = "voided"
        elif kind == "payment-failed" and self.payments.get(payment, {}).get("state") == "requested":
            self.payments[payment]["state"] = "failed"
        elif kind in ("refund-requested", "refunded"):
            state = "refunded" if kind == "refunded" else "requested"
            parts = {"lines": fields.get("lines", ()), "pay_again": fields.get("pay_again", False)}
            self.refunds[refund] = {"amount": fields["amount"], "state": state, **parts}
        elif kind in ("refund-failed", "refund-withdrawn") and refund in self.refunds:
            self.refunds[refund]["state"] = "failed" if kind == "refund-failed" else "withdrawn"
        elif kind == "kept-again":
            for one in fields["refunds"]:
                self.refunds.get(one, {})["pay_again"] = True

    def _text(self, amount: int) -> str:
        places = 0 if self.currency in NO_DECIMALS else 3 if self.currency in THREE_DECIMALS else 2
        digits = f"{abs(amount):0{places + 1}d}"
        sign, point = "-" if amount < 0 else "", len(digits) - places
        return f"{sign}{digits[:point]}{'.' if places else ''}{digits[point:]} {self.currency}"


def replayed(events: list[Json]) -> list[Order]:
    """The orders of a bundle whose whole history is in it, in the order in which they began."""
    orders: dict[str, Order] = {}
    partial = set[str]()
    for event in events:
        if event["topic"].startswith("order."):
            order = orders.setdefault(event["stream"], Order(event["stream"]))
            partial |= {event["stream"]} if event["version"] != order.version + 1 else set()
            order.take(event)
    return [order for stream, order in orders.items() if stream not in partial]


def total_of(order: Order) -> int:
    """What an order comes to, from its lines, discounts, shipping and taxes."""
    lines = [_line(line) for line in order.lines_of.values()]
    own = [line["amount"] for line in lines]
    amounts = _spread_discounts(lines, own) if min(own, default=0) < 0 else own
    left, shipping = _reduced(order, lines, amounts)
    bases = [(amount, line["taxes"], line["exemption"], order.gross) for amount, line in zip(left, lines, strict=True)]
    told = order.shipping.get("includes_tax")
    bases.append((shipping, _taxes(order.shipping) if shipping else (), "", order.gross if told is None else told))
    return sum(left) + shipping + _added_taxes(bases) + int(order.adjustment)


def _taxed(fields: Json, form: int) -> Json:
    """Form 1 of lines and charges told one rate in hundredths of a percent."""
    if form > 1 or "taxes" in fields:
        return fields
    rate = fields.get("tax_rate", 0) * 100
    return {**fields, "taxes": [{"rate": rate}] if rate else []}


def _taxes(fields: Json) -> tuple[tuple[int, str, bool], ...]:
    return tuple((tax["rate"], tax.get("name", ""), tax.get("compound", False)) for tax in fields.get("taxes", ()))


def _line(line: Json) -> Json:
    decimals = line.get("unit", {}).get("decimals", 0)
    price, quantity = line["unit_price"] or 0, line["quantity"]
    before = _part(quantity * price, 1, 10**decimals)
    amount = before if price < 0 else max(0, before - line.get("discount", 0))
    return {
        "sku": line["sku"], "quantity": quantity, "decimals": decimals, "price": price, "amount": amount,
        "taxes": _taxes(line), "exemption": line.get("exemption", ""),
    }  # fmt: skip


def _spread_discounts(lines: list[Json], own: list[int]) -> list[int]:
    """Lines below zero taken off the goods that bear the same taxes."""
    left = list(own)
    alike: dict[Any, list[int]] = {}
    for index, line in enumerate(lines):
        alike.setdefault((line["taxes"], line["exemption"]), []).append(index)
    for places in alike.values():
        goods = [index for index in places if lines[index]["price"] >= 0]
        weights = [own[index] for index in goods]
        off = min(-sum(own[index] for index in places if lines[index]["price"] < 0), sum(weights))
        for index in places:
            left[index] = max(0, own[index])
        parts = _share(off, weights, [_rank(lines[index], own[index]) for index in goods])
        for index, part in zip(goods, parts, strict=True):
            left[index] -= part
    return left


def _reduced(order: Order, lines: list[Json], amounts: list[int]) -> tuple[list[int], int]:
    """What coupons and the order's discount leave of the lines and of shipping."""
    left, common, percent = list(amounts), 0, 0
    shipping = int(order.shipping.get("amount", 0))
    scoped = any(map(_is_scoped, order.coupons.values()))

    def spread(amount: int, room: list[int]) -> None:
        nonlocal left
        ranks = [
            (*_rank(line, amounts[at]), left[at]) if scoped else (*_weight(line["taxes"]), line["exemption"])
            for at, line in enumerate(lines)
        ]
        left = [one - off for one, off in zip(left, _share(amount, room, ranks), strict=True)]

    for terms in sorted(order.coupons.values(), key=lambda one: one.get("multiplies", False)):
        kind, value, multiplies = terms["kind"], terms.get("value", 0), terms.get("multiplies", False)
        rest = sum(left) - common
        if kind == "free_shipping":
            shipping = 0
        elif _is_scoped(terms):
            spread(common, list(left))
            common = 0
            room = _room(terms, lines, amounts, left, left)
            base = sum(room if multiplies else _room(terms, lines, amounts, left, amounts))
            spread(min(_part(base, value, WHOLE_PERCENT) if kind == "percent" else value, sum(room)), room)
        elif kind != "percent":
            common += min(value, rest)
        elif multiplies:
            common += min(_part(rest, value, WHOLE_PERCENT), rest)
        else:
            whole, before = sum(amounts), percent
            percent += value
            off = _part(whole, percent, WHOLE_PERCENT) - _part(whole, before, WHOLE_PERCENT)
            common += min(off, rest)
    common += min(max(order.discount, 0), sum(left) - common)
    spread(common, list(left))
    return left, shipping


def _is_scoped(terms: Json) -> bool:
    return bool(terms.get("products") or terms.get("patterns") or terms.get("most_items") is not None)


def _room(terms: Json, lines: list[Json], amounts: list[int], left: list[int], of: list[int]) -> list[int]:
    """What of each line a coupon is for: the dearest units of its lines, as many as it covers."""
    everything = not (terms.get("products") or terms.get("patterns"))
    covered = [
        at for at, line in enumerate(lines) if line["quantity"] > 0 and (everything or _is_for(terms, line["sku"]))
    ]

    def dearest(at: int) -> Any:
        line = lines[at]
        price = Fraction(amounts[at] * 10 ** line["decimals"], line["quantity"])
        return price, (*_rank(line, amounts[at]), left[at])

    room, units = [0] * len(lines), terms.get("most_items")
    for at in sorted(covered, key=dearest, reverse=True):
        quantity, steps = lines[at]["quantity"], 10 ** lines[at]["decimals"]
        taken = quantity if units is None else min(units * steps, quantity)
        room[at] = max(0, _part(of[at], taken, quantity))
        units = None if units is None else units + -taken // steps
    return room


def _is_for(terms: Json, sku: str) -> bool:
    return sku in terms.get("products", ()) or any(_matches(one, sku) for one in terms.get("patterns", ()))


def _matches(pattern: str, sku: str) -> bool:
    first, *between = pattern.split("*")
    if not between:
        return sku == first
    last = between.pop()
    place, end = len(first), len(sku) - len(last)
    if place > end or not (sku.startswith(first) and sku.endswith(last)):
        return False
    for segment in between:
        found = sku.find(segment, place, end)
        if found < 0:
            return False
        place = found + len(segment)
    return True


def _added_taxes(bases: list[tuple[int, Any, str, bool]]) -> int:
    """The taxes that come on top of amounts: each on the sum of all that bears it alike, rounded once, halves up."""
    single = all(len(taxes) <= 1 for _, taxes, _, _ in bases)
    sums: dict[Any, list[Fraction]] = {}
    for amount, taxes, exemption, included in bases:
        for tax, ratio in zip(taxes, _ratios(taxes), strict=True):
            if not included:
                sums.setdefault((tax, exemption if single else ""), []).append(amount * ratio)
    return sum(_rounded(parts) for parts in sums.values())


def _rounded(parts: list[Fraction]) -> int:
    denominator = lcm(*(part.denominator for part in parts))
    return _part(sum(int(part * denominator) for part in parts), 1, denominator)


def _ratios(taxes: Any) -> list[Fraction]:
    """What each of the taxes is of the net amount."""
    found: list[Fraction] = []
    for rate, _, compound in taxes:
        base = 1 + sum(found, Fraction(0)) if compound else Fraction(1)
        found.append(base * Fraction(rate, WHOLE_RATE))
    return found


def _weight(taxes: Any) -> tuple[Any, ...]:
    return sum(_ratios(taxes), Fraction(0)), taxes


def _rank(line: Json, amount: int) -> tuple[Any, ...]:
    """By what lines of equal claims take turns."""
    return *_weight(line["taxes"]), line["exemption"], amount, line["sku"], line["quantity"], line["decimals"]


def _part(amount: int, numerator: int, denominator: int) -> int:
    """That part of an amount, halves rounded up."""
    return (amount * numerator + denominator // 2) // denominator


def _share(amount: int, weights: list[int], ranks: list[Any]) -> list[int]:
    """Parts in proportion to weights that sum to the amount exactly: the largest remainders are rounded up."""
    whole = sum(weights)
    if not amount or not weights:
        return [0] * len(weights)
    if len(weights) == 1 or whole <= 0:
        return [amount, *(0 for _ in weights[1:])]
    parts = [amount * weight // whole for weight in weights]
    claims = [(amount * weight % whole, rank) for weight, rank in zip(weights, ranks, strict=True)]
    for at in sorted(range(len(parts)), key=claims.__getitem__, reverse=True)[: amount - sum(parts)]:
        parts[at] += 1
    return parts
