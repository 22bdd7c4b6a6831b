"""What columns are called: for every field of a mapping its words in English, French, German, Spanish and Italian.

A word behind a question mark means the field only where nothing says otherwise. Accents, case and signs do not matter.
"""

from __future__ import annotations

LANGUAGES = ("en", "fr", "de", "es", "it")

WORDS: dict[str, tuple[str, str, str, str, str]] = {
    "number": (
        "order number, order no, order nr, order ref, order reference, order name, order, sales order, purchase order, "
        "invoice no, invoice number, ?transaction id, ?invoice, ?reference, ?ref, ?number, ?no, ?order id, ?id",
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
        "sale date, invoice date, date placed, order time, ?date, ?created, ?timestamp, ?time, ?day",
        "date de commande, date commande, date de la commande, créé le, créée le, date de création, date d achat, "
        "commandé le, passée le, ?date de facture, ?date facture, ?date",
        "bestelldatum, auftragsdatum, erstellt am, kaufdatum, bestellt am, ?rechnungsdatum, ?datum, ?erstellt",
        "fecha de pedido, fecha del pedido, fecha pedido, creado el, fecha de creación, fecha de compra, "
        "?fecha de factura, ?fecha, ?creado",
        "data ordine, data dell ordine, data d ordine, creato il, data di creazione, data acquisto, ?data fattura, "
        "?data",
    ),
    "created_time": (
        "order time, time created, time of day, time", "heure, heure de commande, heure de la commande",
        "uhrzeit, zeit, bestellzeit", "hora, hora del pedido, hora de pedido", "ora, orario, ora ordine",
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
    "fulfilment_status": (
        "fulfilment status, fulfillment status, shipping status, shipment status, delivery status, fulfilment, "
        "fulfillment",
        "statut de la livraison, statut de livraison, statut livraison, statut d expédition, statut expédition",
        "versandstatus, lieferstatus", "estado del envío, estado de envío, estado envío",
        "stato della spedizione, stato spedizione, stato consegna",
    ),
    "total": (
        "total, order total, grand total, total amount, amount total, total price, total paid, order amount, "
        "order total amount, grand total purchased, ?rounded total, "
        "?order value, "
        "?amount, ?sum, ?value, ?revenue",
        "total, total commande, total de la commande, montant total, total ttc, montant ttc, ?montant, ?somme",
        "gesamt, gesamtbetrag, gesamtsumme, summe, bestellwert, gesamtpreis, endbetrag, bruttobetrag, ?betrag, ?umsatz",
        "total, total del pedido, total pedido, importe total, ?importe, ?suma",
        "totale, totale ordine, importo totale, totale complessivo, ?importo, ?somma",
    ),
    "tax": (
        "tax, taxes, total tax, tax total, tax amount, sales tax, order tax, total taxes, taxes total, vat amount, "
        "vat total, order tax amount, order total tax amount, total taxes and charges, order sales tax",
        "montant de la tva, montant tva, total tva, taxes, montant des taxes, tva totale",
        "steuer, steuern, mwst betrag, ust betrag, steuerbetrag, mehrwertsteuer, umsatzsteuer",
        "impuesto, impuestos, importe de iva, importe iva, total iva, total impuestos",
        "imposta, imposte, importo iva, totale iva, totale imposte",
    ),
    "discount": (
        "discount, order discount, discount amount, discount total, total discount, discounts",
        "remise, réduction, montant de la remise, remise totale, total remise",
        "rabatt, nachlass, gesamtrabatt, rabattbetrag", "descuento, descuento total, importe de descuento",
        "sconto, sconto totale, importo sconto",
    ),
    "discount_percent": (
        "discount percent, discount percentage, discount rate",
        "taux de remise, remise en pourcentage, pourcentage remise",
        "rabatt in prozent, rabattsatz", "porcentaje de descuento, descuento porcentual",
        "percentuale di sconto, percentuale sconto, sconto percentuale",
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
        "shipping amount, postage, delivery cost, delivery fee, delivery charge, freight, shipping and handling, "
        "shipping rate, order shipping, order shipping amount",
        "frais de port, frais de livraison, frais d expédition, port, livraison prix, montant livraison, ?livraison",
        "versandkosten, lieferkosten, porto, versand, versandgebühr, frachtkosten",
        "gastos de envío, coste de envío, costo de envío, portes, ?envío",
        "spese di spedizione, costo spedizione, costi di spedizione, costo di spedizione, ?spedizione",
    ),
    "shipping_discount": (
        "shipping discount, ship promotion discount, delivery discount", "remise livraison, remise frais de port",
        "versandrabatt", "descuento de envío, descuento envío", "sconto spedizione",
    ),
    "shipping_tax": (
        "shipping tax, tax on shipping, delivery tax", "tva livraison, tva frais de port",
        "versandsteuer, steuer versand",
        "impuesto de envío, impuesto envío", "iva spedizione, imposta spedizione",
    ),
    "paid": (
        "paid, amount paid, paid amount, payment amount", "payé, montant payé, réglé, montant réglé, acquitté",
        "bezahlt, bezahlter betrag, zahlbetrag, gezahlt", "pagado, importe pagado, cobrado",
        "pagato, importo pagato, incassato",
    ),
    "paid_at": (
        "paid at, paid on, paid date, payment date, date paid, paid on date, payments date",
        "payé le, date de paiement, date paiement, réglé le",
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
        "date shipped, shipped on date, shipment date",
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
        "customer id, customer no, customer number, customer nr, client id, buyer id, account number, customer code, "
        "buyer user id, buyer username",
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
    "customer_first_name": (
        "customer first name, first name, given name, forename, buyer first name, contact first name",
        "prénom, prénom du client, prénom client", "vorname, kunden vorname", "nombre de pila, nombre del comprador",
        "nome di battesimo, nome proprio",
    ),
    "customer_last_name": (
        "customer last name, last name, surname, family name, buyer last name, contact last name",
        "nom de famille, nom de famille du client", "nachname, familienname, kunden nachname",
        "apellido, apellidos, apellidos del cliente", "cognome, cognome cliente",
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
        "sku, item sku, product sku, custom label, stock code, item code, product code, article number, article no, "
        "item number, "
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
        "quantity, qty, item quantity, units, pieces, pcs, quantity ordered, quantity shipped, ?number of items, "
        "?count",
        "quantité, qté, qte, nombre, quantité commandée, unités, ?nb", "menge, anzahl, stückzahl, stück, bestellmenge",
        "cantidad, cant, unidades, uds", "quantità, qta, q tà, pezzi, unità",
    ),
    "unit_price": (
        "unit price, price, item price, product price, price per unit, unit cost, sales price, line price, price each, "
        "?item cost, ?rate items",
        "prix unitaire, prix, pu, prix ttc, prix de vente, prix unitaire ttc, p u, prix produit, tarif",
        "einzelpreis, stückpreis, preis, verkaufspreis, artikelpreis, preis pro stück",
        "precio unitario, precio, precio de venta, precio por unidad, pvp",
        "prezzo unitario, prezzo, prezzo di vendita, prezzo cadauno",
    ),
    "line_total": (
        "line total, item total, line amount, item subtotal, line subtotal, row total, extended price, gross sales, "
        "order line total, order line, sold for, product sales, item amount, amount items, order lines subtotal",
        "total ligne, montant ligne, total de la ligne, sous total ligne, montant de la ligne",
        "positionssumme, zeilensumme, gesamtpreis position, positionsbetrag, artikelsumme",
        "total línea, importe línea, total de línea, importe de línea",
        "totale riga, importo riga, totale di riga",
    ),
    "line_discount_percent": (
        "line discount percent, item discount percent, discount percent items",
        "taux de remise ligne, remise ligne pourcent",
        "positionsrabatt in prozent", "porcentaje de descuento línea", "percentuale sconto riga",
    ),
    "line_tax": (
        "line tax, item tax, line item tax, order line tax, product tax, tax on item, product sales tax",
        "tva ligne, taxe ligne, tva de la ligne", "positionssteuer, artikelsteuer, steuer position",
        "impuesto línea, iva línea", "iva riga, imposta riga",
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
