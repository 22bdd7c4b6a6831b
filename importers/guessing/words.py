"""What a column's name may mean, by the words of `dictionary` and by those of addresses and lines around them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from importers.guessing.dictionary import LANGUAGES as LANGUAGES
from importers.guessing.dictionary import WORDS as WORDS
from importers.guessing.matching import Words

LONGEST = 120  # of a name; nothing longer means anything

PARTS: dict[str, tuple[str, str, str, str, str]] = {
    "name": (
        "name, full name, contact, recipient, addressee", "nom, nom complet, destinataire, contact",
        "name, empfänger, vollständiger name, ansprechpartner", "nombre, nombre completo, destinatario, contacto",
        "nome, nome completo, destinatario, nominativo, contatto",
    ),
    "first_name": (
        "first name, given name, forename", "prénom", "vorname", "nombre de pila", "nome di battesimo, nome proprio",
    ),
    "last_name": (
        "last name, surname, family name", "nom de famille", "nachname, familienname", "apellido, apellidos", "cognome",
    ),
    "company": (
        "company, company name, organisation, organization, business name",
        "société, entreprise, raison sociale, nom de la société", "firma, unternehmen, firmenname",
        "empresa, compañía, razón social, nombre de la empresa", "azienda, società, ragione sociale, ditta",
    ),
    "line1": (
        "address, address 1, address1, street, street address, address line 1, street 1, street1, address 1 2",
        "adresse, adresse 1, rue, ligne d adresse 1, adresse ligne 1, voie", "adresse, straße, strasse, anschrift, "
        "adresse 1, adresszeile 1, straße und hausnummer, str", "dirección, calle, dirección 1, domicilio, línea 1",
        "indirizzo, via, indirizzo 1, riga 1",
    ),
    "line2": (
        "address 2, address2, address line 2, street 2, street2, apartment, suite",
        "adresse 2, complément d adresse, complément, ligne d adresse 2, adresse ligne 2",
        "adresse 2, adresszusatz, adresszeile 2, zusatz", "dirección 2, línea 2, piso", "indirizzo 2, riga 2, interno",
    ),
    "postcode": (
        "postcode, post code, zip, zip code, postal code, zipcode, postalcode, zip postal code", "code postal, cp",
        "plz, postleitzahl", "código postal, cp, codigo postal", "cap, codice postale, codice di avviamento postale",
    ),
    "city": (
        "city, town", "ville, commune, localité", "stadt, ort, wohnort", "ciudad, población, localidad",
        "città, comune, località",
    ),
    "region": (
        "region, state, province, county, state code", "région, département, province",
        "bundesland, region, kanton, land kreis",
        "provincia, región, comunidad", "provincia, regione",
    ),
    "country": (
        "country, country code", "pays, code pays", "land, staat, ländercode", "país, código de país",
        "paese, nazione, stato paese, codice paese",
    ),
    "phone": (
        "phone, telephone, phone number, mobile, tel", "téléphone, tél, portable, numéro de téléphone, mobile",
        "telefon, telefonnummer, tel, handy, mobil", "teléfono, tel, móvil, número de teléfono",
        "telefono, tel, cellulare, numero di telefono",
    ),
    "email": (
        "email, e mail, email address", "courriel, e mail, email", "e mail, email, mailadresse",
        "correo, email, correo electrónico", "e mail, email, posta elettronica",
    ),
    "vat_number": (
        "vat number, vat id, vat no, tax id, tax number", "numéro de tva, n tva, numéro tva, tva intracommunautaire",
        "ust id, ust idnr, umsatzsteuer id, steuernummer, ust id nr", "nif, cif, número de iva, nif iva",
        "partita iva, p iva, codice fiscale",
    ),
}  # fmt: skip

# What comes before an address's part; German joins it to the part.
KINDS = {
    "billing": "billing, bill to, bill, invoice, buyer, facturation, de facturation, facture, rechnungs, rechnung, "
    "facturación, de facturación, fatturazione, di fatturazione, customer, client, kunden, cliente, del cliente",
    "shipping": "shipping, ship to, ship, delivery, deliver to, recipient, livraison, de livraison, expédition, "
    "liefer, "
    "lieferung, versand, envío, de envío, entrega, de entrega, spedizione, di spedizione, consegna, di consegna",
}  # fmt: skip

# What comes before or behind a part of a line, and what order-level words mean there.
LINES = (
    "order lines, order line, line item, lineitem, line, lines, item, items, product, products, ligne, lignes, "
    "article, articles, position, positionen, artikel, línea, líneas, artículo, artículos, riga, righe, articolo, "
    "articoli"
)
OF_LINES = {
    "name": "name", "sku": "sku", "quantity": "quantity", "unit_price": "unit_price", "total": "line_total",
    "line_total": "line_total", "discount": "line_discount", "discount_percent": "line_discount_percent",
    "tax": "line_tax", "tax_rate": "tax_rate",
}  # fmt: skip
# Beside such a word a name means something else than the words of a field that it also holds.
OTHERWISE = (
    "type, kind, class, fee, fees, net, adjusted, url, count, image, refund, base, rounded, processing, weight, "
    "listing, typ, gebühr, gebühren, netto, bild, genre, frais, poids, tipo, comisión, peso, imagen, commissione, "
    "immagine"
)
LOOSE = frozenset(  # fields whose words stand in many names that mean something else
    {"number", "operator", "channel", "note", "tags", "currency", "customer_name", "customer_id", "status", "name",
     "external_id", "payment_method", "carrier"}
)  # fmt: skip
BARELY = 0.3

FACTS = ("paid_at", "shipped_at")
EXPECTED = (
    "expected, estimated, estimate, planned, scheduled, promised, requested, desired, due, latest, earliest, target, "
    "eta, by, before, until, deadline, prévu, prévue, estimé, estimée, souhaitée, promise, échéance, limite, "
    "voraussichtlich, voraussichtliches, erwartet, erwartetes, geplant, geplantes, gewünschtes, wunsch, spätestens, "
    "fällig, fälligkeit, bis, previsto, prevista, estimado, estimada, prometido, prometida, límite, vencimiento, "
    "stimata, stimato, promessa, scadenza, entro"
)

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SIGNS = re.compile(r"[^a-z0-9]+")


class Meaning(Struct, frozen=True):
    """What a column's name may mean, and how surely by the name alone (1: exactly that)."""

    field: str
    surely: float


def bare(name: str) -> str:
    """A column's name in small letters without accents and signs, its words apart."""
    plain = unicodedata.normalize("NFKD", _CAMEL.sub(" ", name).replace("ß", "ss"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(_SIGNS.sub(" ", letters.casefold()).split())


def is_expected(name: str) -> bool:
    """Whether a column tells of what is expected, and not of what happened."""
    return not _EXPECTED.isdisjoint(bare(name[:LONGEST]).split())


@lru_cache(maxsize=2_000)
def meanings(name: str) -> tuple[Meaning, ...]:
    """What a column of that name may hold, the surest first; a day that is only expected is no fact."""
    told = bare(name[:LONGEST])
    found = {field: surely for field, words in _FIELDS.items() if (surely := _weighed(field, words, told))}
    if is_expected(name):
        found = {field: surely for field, surely in found.items() if field not in FACTS}
    for rest in _without(told, _LINES):
        for field, of_line in OF_LINES.items():
            surely = 0.95 * _FIELDS[field].exact.get(rest, 0.0)
            if surely > found.get(of_line, 0.0):
                found[of_line] = surely
    for kind, before in _KINDS.items():
        for rest in _without(told, before):
            for part, words in _PARTS.items():
                surely = words.match(rest)
                found[f"{kind}/{part}"] = max(found.get(f"{kind}/{part}", 0.0), surely)
    for part, words in _PARTS.items():
        if surely := words.match(told):
            found.setdefault(f"/{part}", surely * 0.9)
    if is_percent(name):
        found = _percentages(found)
    return tuple(sorted((Meaning(*one) for one in found.items() if one[1]), key=lambda one: -one.surely))


def rank_of(field: str, name: str) -> int:
    """The place of a column's name among the words of its field, those that name it best coming first."""
    return _RANKS.get(field, {}).get(bare(name[:LONGEST]), LONGEST)


def is_percent(name: str) -> bool:
    """Whether a column tells percentages by its name."""
    return "%" in name or not _PERCENT.isdisjoint(bare(name[:LONGEST]).split())


def _weighed(field: str, words: Words, told: str) -> float:
    """How surely a name means a field; little where it only holds one word of it among others that say otherwise."""
    surely = words.match(told)
    if not surely or words.whole(told):
        return surely
    loose = field in LOOSE and words.held(told) == 1
    return BARELY if loose or not _OTHERWISE.isdisjoint(told.split()) else surely


def _percentages(found: Mapping[str, float]) -> dict[str, float]:
    """The same meanings where the column tells percentages."""
    changed = {
        "discount": "discount_percent",
        "line_discount": "line_discount_percent",
        "tax": "tax_rate",
        "line_tax": "tax_rate",
    }
    percents: dict[str, float] = {}
    for field, surely in found.items():
        of_percent = changed.get(field, field)
        if of_percent in (*changed.values(), "name", "sku"):
            percents[of_percent] = max(surely, percents.get(of_percent, 0.0))
    return percents


def _spread(texts: tuple[str, ...]) -> Words:
    """Every word with how surely it names its field."""
    told: dict[str, float] = {}
    for text in texts:
        for word in text.split(","):
            weak = word.strip().startswith("?")
            told[bare(word)] = max(told.get(bare(word), 0.0), 0.6 if weak else 1.0)
    return Words.of(told)


def _without(told: str, before: tuple[str, ...]) -> list[str]:
    """The name without the word that says whose address it is of, for every such word that it has."""
    rests = []
    for word in before:
        if told.startswith(f"{word} "):
            rests.append(told[len(word) + 1 :])
        elif told.endswith(f" {word}"):
            rests.append(told[: -len(word) - 1])
        elif len(word) > 5 and told.startswith(word) and len(told) > len(word) + 1:
            rests.append(told[len(word) :])
    return rests


_LINES = tuple(bare(word) for word in LINES.split(","))
_OTHERWISE = frozenset(bare(word) for word in OTHERWISE.split(","))
_PERCENT = frozenset(
    {"percent", "percentage", "pct", "prozent", "pourcent", "pourcentage", "porcentaje", "percentuale"}
)
_RANKS = {
    field: {bare(word): place for text in reversed(texts) for place, word in enumerate(text.split(","))}
    for field, texts in WORDS.items()
}
_EXPECTED = frozenset(bare(word) for word in EXPECTED.split(","))
_FIELDS = {field: _spread(texts) for field, texts in WORDS.items()}
_PARTS = {part: _spread(texts) for part, texts in PARTS.items()}
_KINDS = {kind: tuple(bare(word) for word in words.split(",")) for kind, words in KINDS.items()}
