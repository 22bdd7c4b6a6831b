"""eBay's orders report, in English or German: a row per order, and below one of several items a row for each of them.

The first row of such an order has no title and tells the sums; its items tell `Sold For`, the price of one. `Order
Number` is the order's number and identity, the sales record number where a report has none. An order is paid when
`Paid On Date` says so, and left in one parcel at `Shipped On Date`. Tax that the seller collects comes on top; what
eBay collects and keeps is told in a note. `$` is that of several countries: `--currency` says which.
"""

from __future__ import annotations

from importers.layouts.layout import Layout, address

ORDERS = Layout(
    name="ebay-orders",
    source="ebay",
    fields={
        "number": ("order number", "bestellnummer", "sales record number", "verkaufsprotokollnummer"),
        "created_at": ("sale date", "verkauft am", "verkaufsdatum"),
        "paid_at": ("paid on date", "zahlungsdatum", "bezahldatum"),
        "shipped_at": ("shipped on date", "versandt am", "versanddatum"),
        "customer_id": ("buyer username", "nutzername des käufers", "mitgliedsname"),
        "customer_name": ("buyer name", "name des käufers", "vollständiger name des käufers"),
        "customer_email": ("buyer email", "e-mail des käufers"),
        "note": ("buyer note", "anmerkung des käufers"),
        "private_note": ("my item note", "notizzettel"),
        "sku": ("custom label", "custom label (sku)", "bestandseinheit"),
        "name": ("item title", "angebotstitel", "artikelbezeichnung"),
        "option": ("variation details", "variantendetails"),
        "quantity": ("quantity", "anzahl", "stückzahl"),
        "unit_price": ("sold for", "verkauft für", "verkaufspreis"),
        "shipping_charge": ("shipping and handling", "verpackung und versand"),
        "tax": ("seller collected tax", "vom verkäufer eingezogene steuer"),
        "total": ("total price", "gesamtbetrag", "gesamtpreis"),
        "payment_method": ("payment method", "zahlungsmethode"),
        "payment_reference": ("paypal transaction id", "paypal transaktions-id"),
        "shipping_method": ("shipping service", "versandservice"),
        "tracking_code": ("tracking number", "sendungsnummer"),
        **address("billing", {
            "name": ("buyer name", "name des käufers"),
            "line1": ("buyer address 1", "adresse 1 des käufers", "käuferadresse 1"),
            "line2": ("buyer address 2", "adresse 2 des käufers", "käuferadresse 2"),
            "city": ("buyer city", "ort des käufers"),
            "region": ("buyer state", "bundesland des käufers", "staat des käufers"),
            "postcode": ("buyer zip", "plz des käufers", "postleitzahl des käufers"),
            "country": ("buyer country", "land des käufers"),
        }),
        **address("shipping", {
            "name": ("ship to name", "name des empfängers"),
            "phone": ("ship to phone", "telefonnummer des empfängers"),
            "line1": ("ship to address 1", "adresse 1 des empfängers"),
            "line2": ("ship to address 2", "adresse 2 des empfängers"),
            "city": ("ship to city", "ort des empfängers"),
            "region": ("ship to state", "bundesland des empfängers"),
            "postcode": ("ship to zip", "plz des empfängers"),
            "country": ("ship to country", "land des empfängers"),
        }),
    },
    needed=("number", "created_at", "name", "quantity", "unit_price", "total", "customer_id"),
    noted=("ebay collected tax", "item number", "artikelnummer", "click and collect reference number"),
    ignored=(
        "sales record number", "verkaufsprotokollnummer", "sold via promoted listings",
        "ebay collected tax included in total", "ship by date", "minimum estimated delivery date",
        "maximum estimated delivery date", "feedback left", "feedback received", "transaction id",
        "global shipping program", "global shipping reference id", "click and collect", "ebay plus", "transaktions-id",
    ),
    taxes="on top",
    decimal="",
)  # fmt: skip
