"""Which column of an Analytics export is which: by its name in five languages, else by what its cells hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from importers.faults import Fault
from importers.platforms.woocommerce.products import read_products
from importers.reading.amounts import read_amount

FEWEST = 6  # columns that must be known by name, or the header is another's
NEEDED = ("date", "number", "status", "products")
IN_ORDER = (
    "date", "number", "revenue", "status", "customer", "customer_type", "products", "items", "coupons", "net",
    "attribution",
)  # fmt: skip
OPTIONAL = ("revenue", "customer_type", "attribution")

_NAMES = {
    "date": "date, datum, fecha, data",
    "number": "order #, order number, order no., commande n°, commande nº, n° de commande, numéro de commande, "
    "bestellung #, bestellnummer, bestellnr., bestell-nr., pedido #, pedido n.º, pedido nº, n.º de pedido, "
    "nº de pedido, "
    "ordine #, ordine n., ordine n°, n. ordine, numero ordine",
    "revenue": "n. revenue (formatted), n. revenue, net revenue, revenu net (formaté), revenus nets (formatés), "
    "revenu n. (formaté), revenu net, nettoumsatz (formatiert), ingresos netos (con formato), "
    "ingresos netos (formateado), ricavo netto (formattato), entrate nette (formattate)",
    "status": "status, état, statut, estado, stato",
    "customer": "customer, client, cliente, kunde, kundin",
    "customer_type": "customer type, type de client, kundentyp, kundenart, tipo de cliente, tipo di cliente, "
    "tipo cliente",
    "products": "product(s), products, produit(s), produits, produkt(e), produkte, producto(s), productos, prodotto/i, "
    "prodotti, prodotto(i)",
    "items": "items sold, articles vendus, verkaufte artikel, artículos vendidos, articoli venduti",
    "coupons": "coupon(s), coupons, code(s) promo, codes promo, gutschein(e), gutscheine, cupón(es), cupones, "
    "codice/i promozionale/i, codici promozionali, coupon",
    "net": "net sales, ventes nettes, nettoverkäufe, nettoumsatz, nettoumsätze, ventas netas, vendite nette",
    "attribution": "attribution, zuordnung, zuschreibung, atribución, attribuzione",
}
_BY_NAME = {name: role for role, names in _NAMES.items() for name in names.split(", ")}

_DATE = re.compile(r"\d{1,4}[-/.]\d\d?[-/.]\d{1,4}(?:[ T]\d\d?:\d\d(?::\d\d)?.*)?", re.ASCII)
_NUMBER = re.compile(r"#?[\w-]{0,12}\d[\w-]{0,12}", re.ASCII)
_UNITS = re.compile(r"-?\d{1,7}", re.ASCII)
_PRODUCTS = re.compile(r".+\s[x×]\s?\d{1,6}|\d{1,6}\s?[x×]\s.+", re.ASCII | re.IGNORECASE | re.DOTALL)


def places_by_names(header: Sequence[str]) -> dict[str, str]:
    """For each role its column, where enough of the header is known by name; else none."""
    found: dict[str, str] = {}
    for column in header:
        if role := _BY_NAME.get(" ".join(column.casefold().split())):
            found.setdefault(role, column)
    known = all(role in found for role in NEEDED) and ("net" in found or "revenue" in found)
    return found if known and len(found) >= FEWEST else {}


def places_by_cells(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """For each role its column, where all columns hold what WooCommerce writes in that order; else none."""
    columns = [[row[at].strip() if at < len(row) else "" for row in rows] for at in range(len(header))]
    for left_out in (
        (), ("revenue",), ("attribution",), ("revenue", "attribution"), ("revenue", "customer_type"), OPTIONAL,
    ):  # fmt: skip
        roles = [role for role in IN_ORDER if role not in left_out]
        if rows and len(roles) == len(header) and _fits(dict(zip(roles, columns, strict=True))):
            return dict(zip(roles, header, strict=True))
    return {}


def _fits(cells: dict[str, list[str]]) -> bool:
    """Whether cells are what their roles say, and the units sold those of the products wherever these are clear."""
    if not all(_all(cells[role], holds, most=most) for role, holds, most in _HOLDS if role in cells):
        return False
    sold = [
        (read_products(products, int(units)), int(units))
        for products, units in zip(cells["products"], cells["items"], strict=True)
        if products
    ]
    clear = [(one, units) for one, units in sold if not one.unclear]
    agreed = sum(sum(quantity for _, quantity in one.lines) == units for one, units in clear)
    return bool(sold) and len(clear) * 2 >= len(sold) and agreed == len(clear)


def _all(texts: Sequence[str], holds: Callable[[str], bool], *, most: bool) -> bool:
    """Whether all that is told holds, and most rows tell something where they must."""
    told = [text for text in texts if text]
    return all(map(holds, told)) and (len(told) * 2 > len(texts) or not most)


def _is_amount(text: str) -> bool:
    return any(_reads(text, sign) for sign in (".", ","))


def _reads(text: str, sign: str) -> bool:
    try:
        read_amount(text, sign)
    except Fault:
        return False
    return True


def _is_words(text: str) -> bool:
    return not _DATE.fullmatch(text) and any(map(str.isalpha, text))


_HOLDS: tuple[tuple[str, Callable[[str], bool], bool], ...] = (
    ("date", lambda text: bool(_DATE.fullmatch(text)), True),
    ("number", lambda text: bool(_NUMBER.fullmatch(text)), True),
    ("revenue", _is_amount, True),
    ("status", _is_words, True),
    ("customer_type", _is_words, False),
    ("products", lambda text: bool(_PRODUCTS.fullmatch(text)), True),
    ("items", lambda text: bool(_UNITS.fullmatch(text)), True),
    ("net", _is_amount, True),
)
