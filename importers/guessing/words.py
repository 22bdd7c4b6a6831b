"""What columns are called: for every field of a mapping its words in English, French, German, Spanish and Italian.

A word behind a question mark means the field only where nothing says otherwise. Accents, case and signs do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from msgspec import Struct

from importers.guessing.matching import Words

LONGEST = 120  # of a name; nothing longer means anything
LANGUAGES = ("en", "fr", "de", "es", "it")

WORDS: dict[str, tuple[str, str, str, str, str]] = {
    "number": (
        "order number, order no, order nr, order ref, order reference, order name, order, invoice no, invoice number, "
        "?invoice, ?reference, ?ref, ?number, ?no, ?order id, ?id",
        "numéro de commande, n de commande, no de commande, n commande, numéro commande, num commande, commande, "
        "commande n, référence commande, référence de commande, ?numéro de facture, ?facture, ?référence, ?numéro",
        "bestellnummer, bestell nr, bestellnr, bestellung, auftragsnummer, auftragsnr, auftrag, ?rechnungsnummer, "
        "?rechnung, ?referenz, ?nummer",
        "número de pedido, n de pedido, no de pedido, num pedido, pedido, referencia del pedido, ?número de factura, "
        "?factura, ?referencia, ?número",
        "numero ordine, n ordine, num ordine, numero d ordine, ordine, riferimento ordine, ?numero fattura, ?fattura, "
        "?riferimento, ?numero",
    ),
    "external_id": (
        "order id, external id, external order id, order uuid, order key, ?id, ?uuid",
        "id commande, identifiant de commande, identifiant commande, identifiant externe, ?identifiant",
        "bestell id, bestellungs id, auftrags id, externe id, ?kennung",
        "id pedido, id del pedido, identificador del pedido, id externo, ?identificador",
        "id ordine, identificativo ordine, id esterno, ?identificativo",
    ),
    "created_at": (
        "order date, created at, date created, creation date, placed at, purchase date, ordered at, ordered on, "
        "invoice date, date placed, order time, ?date, ?created, ?timestamp, ?time, ?day",
        "date de commande, date commande, date de la commande, créé le, créée le, date de création, date d achat, "
        "commandé le, passée le, ?date de facture, ?date facture, ?date",
        "bestelldatum, auftragsdatum, erstellt am, kaufdatum, bestellt am, ?rechnungsdatum, ?datum, ?erstellt",
        "fecha de pedido, fecha del pedido, fecha pedido, creado el, fecha de creación, fecha de compra, "
        "?fecha de factura, ?fecha, ?creado",
        "data ordine, data dell ordine, data d ordine, creato il, data di creazione, data acquisto, ?data fattura, "
        "?data",
    ),
    "currency": (
        "currency, currency code, order currency", "devise, code devise, monnaie", "währung, währungscode",
        "moneda, divisa, código de moneda", "valuta, codice valuta, divisa",
    ),
    "status": (
        "status, order status, state of order, order state, ?state",
        "statut, état, statut de la commande, état de la commande, statut commande, état commande",
        "status, bestellstatus, auftragsstatus, ?zustand",
        "estado, estado del pedido, estado pedido, situación",
        "stato, stato ordine, stato dell ordine",
    ),
    "payment_status": (
        "payment status, financial status, payment state, paid status",
        "statut du paiement, statut de paiement, statut paiement, état du paiement, état de paiement, état paiement",
        "zahlungsstatus, bezahlstatus, zahlstatus",
        "estado del pago, estado de pago, estado pago",
        "stato del pagamento, stato pagamento",
    ),
    "total": (
        "total, order total, grand total, total amount, amount total, total price, total paid, order amount, "
        "order value, "
        "?amount, ?sum, ?value, ?revenue",
        "total, total commande, total de la commande, montant total, total ttc, montant ttc, ?montant, ?somme",
        "gesamt, gesamtbetrag, gesamtsumme, summe, bestellwert, gesamtpreis, endbetrag, bruttobetrag, ?betrag, ?umsatz",
        "total, total del pedido, total pedido, importe total, ?importe, ?suma",
        "totale, totale ordine, importo totale, totale complessivo, ?importo, ?somma",
    ),
    "discount": (
        "discount, order discount, discount amount, discount total, total discount",
        "remise, réduction, montant de la remise, remise totale, total remise",
        "rabatt, nachlass, gesamtrabatt, rabattbetrag", "descuento, descuento total, importe de descuento",
        "sconto, sconto totale, importo sconto",
    ),
    "coupon": (
        "coupon, coupon code, discount code, promo code, voucher, voucher code",
        "code promo, coupon, bon de réduction, code de réduction, code remise",
        "gutschein, gutscheincode, rabattcode, aktionscode",
        "cupón, código de cupón, código promocional, código de descuento",
        "codice sconto, coupon, buono, buono sconto, codice promozionale",
    ),
    "shipping_charge": (
        "shipping, shipping cost, shipping costs, shipping charge, shipping price, shipping total, shipping fee, "
        "shipping amount, postage, delivery cost, delivery fee, delivery charge, freight",
        "frais de port, frais de livraison, frais d expédition, port, livraison prix, montant livraison, ?livraison",
        "versandkosten, lieferkosten, porto, versand, versandgebühr, frachtkosten",
        "gastos de envío, coste de envío, costo de envío, portes, ?envío",
        "spese di spedizione, costo spedizione, costi di spedizione, costo di spedizione, ?spedizione",
    ),
    "paid": (
        "paid, amount paid, paid amount, payment amount", "payé, montant payé, réglé, montant réglé, acquitté",
        "bezahlt, bezahlter betrag, zahlbetrag, gezahlt", "pagado, importe pagado, cobrado",
        "pagato, importo pagato, incassato",
    ),
    "paid_at": (
        "paid at, paid on, paid date, payment date, date paid", "payé le, date de paiement, date paiement, réglé le",
        "bezahlt am, zahlungsdatum, zahldatum", "pagado el, fecha de pago, fecha pago",
        "pagato il, data pagamento, data di pagamento",
    ),
    "refunded": (
        "refunded, refund, refund amount, refunded amount, amount refunded, refunds",
        "remboursé, remboursement, montant remboursé, remboursements",
        "erstattet, erstattung, rückerstattung, gutschrift",
        "reembolsado, reembolso, devuelto, importe reembolsado", "rimborsato, rimborso, importo rimborsato",
    ),
    "shipped_at": (
        "shipped at, shipped on, ship date, shipping date, shipped date, dispatched at, dispatch date, fulfilled at, "
        "date shipped",
        "expédié le, expédiée le, date d expédition, date expédition, envoyé le, date d envoi",
        "versendet am, versanddatum, verschickt am, lieferdatum", "enviado el, fecha de envío, fecha envío",
        "spedito il, data spedizione, data di spedizione",
    ),
    "carrier": (
        "carrier, shipping company, courier, shipping carrier, shipped by", "transporteur",
        "versanddienst, paketdienst, "
        "versanddienstleister, spediteur, frachtführer", "transportista, empresa de transporte, mensajería",
        "corriere, vettore, spedizioniere",
    ),
    "tracking_code": (
        "tracking code, tracking number, tracking no, tracking, tracking id, parcel number",
        "numéro de suivi, n de suivi, code de suivi, suivi, numéro de colis",
        "sendungsnummer, trackingnummer, tracking nummer, sendungsverfolgung, paketnummer",
        "número de seguimiento, código de seguimiento, n de seguimiento, seguimiento",
        "numero di tracciamento, codice di tracciamento, tracking, numero spedizione, tracciamento",
    ),
    "payment_method": (
        "payment method, payment type, payment, paid by, paid with, payment option, payment gateway",
        "mode de paiement, moyen de paiement, méthode de paiement, paiement, mode de règlement, règlement",
        "zahlungsart, zahlungsmethode, zahlungsweise, zahlung, bezahlart",
        "método de pago, forma de pago, medio de pago, pago",
        "metodo di pagamento, modalità di pagamento, pagamento, tipo pagamento",
    ),
    "shipping_method": (
        "shipping method, delivery method, shipping type, shipping option, shipping service, ship service level",
        "mode de livraison, méthode de livraison, mode d expédition, moyen de livraison",
        "versandart, versandmethode, lieferart, versandoption", "método de envío, forma de envío, tipo de envío",
        "metodo di spedizione, modalità di spedizione, tipo spedizione",
    ),
    "channel": (
        "channel, sales channel, order source, source, origin, marketplace, shop, store",
        "canal, canal de vente, source, origine, boutique, place de marché",
        "kanal, vertriebskanal, verkaufskanal, quelle, herkunft, marktplatz",
        "canal, canal de venta, origen, tienda", "canale, canale di vendita, origine, provenienza, negozio",
    ),
    "operator": (
        "operator, employee, cashier, sales person, salesperson, agent, staff, handled by, user",
        "opérateur, employé, vendeur, vendeuse, caissier, conseiller, agent",
        "bearbeiter, mitarbeiter, verkäufer, kassierer, sachbearbeiter", "operador, empleado, vendedor, cajero, agente",
        "operatore, dipendente, venditore, cassiere, addetto, agente",
    ),
    "tags": (
        "tags, labels, tag, label", "étiquettes, étiquette, mots clés, tags",
        "schlagwörter, etiketten, markierungen, tags",
        "etiquetas, etiqueta, tags", "etichette, etichetta, tag",
    ),
    "note": (
        "note, notes, comment, comments, customer note, order note, remarks, remark, message, memo",
        "note, notes, commentaire, commentaires, remarque, remarques, message, note du client",
        "notiz, notizen, bemerkung, bemerkungen, kommentar, anmerkung, anmerkungen, nachricht, hinweis",
        "nota, notas, comentario, comentarios, observaciones, mensaje",
        "nota, note, commento, commenti, osservazioni, messaggio, annotazioni",
    ),
    "customer_id": (
        "customer id, customer no, customer number, customer nr, client id, buyer id, account number, customer code",
        "id client, numéro client, n client, numéro de client, code client, identifiant client, no client",
        "kundennummer, kunden nr, kundennr, kunden id, debitorennummer",
        "id cliente, número de cliente, código de cliente, n cliente, código cliente",
        "id cliente, numero cliente, codice cliente, n cliente",
    ),
    "customer_name": (
        "customer name, customer, client name, client, buyer name, buyer, full name, contact name, contact, ?name",
        "nom du client, nom client, client, cliente, acheteur, nom complet, nom et prénom, ?nom",
        "kundenname, kunde, käufer, vollständiger name, name des kunden, auftraggeber",
        "nombre del cliente, nombre cliente, cliente, comprador, nombre completo, ?nombre",
        "nome cliente, cliente, nome del cliente, acquirente, nominativo, nome completo, ?nome",
    ),
    "customer_email": (
        "email, e mail, customer email, customer e mail, email address, e mail address, buyer email, mail, "
        "contact email",
        "courriel, e mail, email, adresse e mail, adresse email, adresse électronique, mél, email client, "
        "courriel client",
        "e mail, email, e mail adresse, mailadresse, emailadresse, kunden e mail",
        "correo electrónico, correo, email, e mail, dirección de correo, correo del cliente",
        "e mail, email, posta elettronica, indirizzo e mail, indirizzo email, email cliente",
    ),
    "sku": (
        "sku, item sku, product sku, stock code, item code, product code, article number, article no, item number, "
        "item no, part number, asin, ?ean, ?barcode, ?product id, ?item id",
        "sku, ugs, référence produit, réf produit, code produit, référence article, réf article, code article, réf, "
        "?ean, ?code barre",
        "sku, artikelnummer, artikel nr, artikelnr, art nr, produktnummer, produktcode, bestellartikelnummer, ?ean",
        "sku, referencia del producto, código de producto, código del producto, código de artículo, ref producto, "
        "referencia producto, ?ean",
        "sku, codice prodotto, codice articolo, riferimento prodotto, cod articolo, ?ean",
    ),
    "name": (
        "product name, item name, product, item, description, item description, product description, product title, "
        "line item name, article, item title, ?title, ?name",
        "nom du produit, produit, article, désignation, libellé, description, nom de l article, nom produit, intitulé",
        "produktname, produkt, artikel, artikelname, bezeichnung, artikelbezeichnung, beschreibung, "
        "produktbezeichnung, "
        "?name, ?titel",
        "nombre del producto, producto, artículo, descripción, nombre producto, nombre del artículo, denominación",
        "nome prodotto, prodotto, articolo, descrizione, nome del prodotto, nome articolo, denominazione",
    ),
    "quantity": (
        "quantity, qty, item quantity, units, pieces, pcs, quantity ordered, number of items, ?count",
        "quantité, qté, qte, nombre, quantité commandée, unités, ?nb", "menge, anzahl, stückzahl, stück, bestellmenge",
        "cantidad, cant, unidades, uds", "quantità, qta, q tà, pezzi, unità",
    ),
    "unit_price": (
        "unit price, price, item price, product price, price per unit, unit cost, sales price, line price, price each",
        "prix unitaire, prix, pu, prix ttc, prix de vente, prix unitaire ttc, p u, prix produit, tarif",
        "einzelpreis, stückpreis, preis, verkaufspreis, artikelpreis, preis pro stück",
        "precio unitario, precio, precio de venta, precio por unidad, pvp",
        "prezzo unitario, prezzo, prezzo di vendita, prezzo cadauno",
    ),
    "line_discount": (
        "line discount, item discount, product discount, discount on item, line item discount",
        "remise ligne, remise article, remise produit, remise de ligne", "positionsrabatt, artikelrabatt, zeilenrabatt",
        "descuento de línea, descuento línea, descuento del producto, descuento artículo",
        "sconto riga, sconto di riga, sconto articolo, sconto prodotto",
    ),
    "tax_rate": (
        "tax rate, vat rate, vat, tax percent, vat percent, tax pct, ?tax",
        "taux de tva, taux tva, tva, taux de taxe, tva pourcent",
        "steuersatz, mwst satz, mwst, ust satz, ust, umsatzsteuersatz",
        "tipo de iva, iva, tipo iva, tasa de iva, porcentaje de iva", "aliquota iva, iva, aliquota, percentuale iva",
    ),
    "taxes": ("taxes by name", "taxes par nom", "steuern nach namen", "impuestos por nombre", "imposte per nome"),
    "exemption": (
        "tax exemption reason", "motif d exonération", "befreiungsgrund", "motivo de exención", "motivo di esenzione",
    ),
    "unit": ("unit of measure", "unité de mesure", "maßeinheit", "unidad de medida", "unità di misura"),
    "options": ("item options", "options de l article", "artikeloptionen", "opciones del artículo", "opzioni articolo"),
}  # fmt: skip

PARTS: dict[str, tuple[str, str, str, str, str]] = {
    "name": (
        "name, full name, contact, recipient, addressee", "nom, nom complet, destinataire, contact",
        "name, empfänger, vollständiger name, ansprechpartner", "nombre, nombre completo, destinatario, contacto",
        "nome, nome completo, destinatario, nominativo, contatto",
    ),
    "company": (
        "company, company name, organisation, organization, business name",
        "société, entreprise, raison sociale, nom de la société", "firma, unternehmen, firmenname",
        "empresa, compañía, razón social, nombre de la empresa", "azienda, società, ragione sociale, ditta",
    ),
    "line1": (
        "address, address 1, address1, street, street address, address line 1, street 1, street1",
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
        "postcode, post code, zip, zip code, postal code, zipcode, postalcode", "code postal, cp",
        "plz, postleitzahl", "código postal, cp, codigo postal", "cap, codice postale, codice di avviamento postale",
    ),
    "city": (
        "city, town", "ville, commune, localité", "stadt, ort, wohnort", "ciudad, población, localidad",
        "città, comune, località",
    ),
    "region": (
        "region, state, province, county", "région, département, province", "bundesland, region, kanton, land kreis",
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
    found = {field: surely for field, words in _FIELDS.items() if (surely := words.match(told))}
    if is_expected(name):
        found = {field: surely for field, surely in found.items() if field not in FACTS}
    for kind, before in _KINDS.items():
        for rest in _without(told, before):
            for part, words in _PARTS.items():
                surely = words.match(rest)
                found[f"{kind}/{part}"] = max(found.get(f"{kind}/{part}", 0.0), surely)
    for part, words in _PARTS.items():
        if surely := words.match(told):
            found.setdefault(f"/{part}", surely * 0.9)
    return tuple(sorted((Meaning(*one) for one in found.items() if one[1]), key=lambda one: -one.surely))


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


_EXPECTED = frozenset(bare(word) for word in EXPECTED.split(","))
_FIELDS = {field: _spread(texts) for field, texts in WORDS.items()}
_PARTS = {part: _spread(texts) for part, texts in PARTS.items()}
_KINDS = {kind: tuple(bare(word) for word in words.split(",")) for kind, words in KINDS.items()}
