"""What a Factur-X file says of itself in XMP: PDF/A-3, and which invoice it carries (ISO 16684-1, ISO 19005-3)."""

from __future__ import annotations

from html import escape

from printing.documents.sheet import Sheet

FILE = "factur-x.xml"
_SPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_TOLD = {
    "DocumentFileName": (FILE, "name of the embedded XML invoice file"),
    "DocumentType": ("INVOICE", "kind of document, INVOICE or ORDER"),
    "Version": ("1.0", "version of the data of the XML invoice"),
    "ConformanceLevel": ("EN 16931", "profile of the XML invoice"),
}


def xmp_of(sheet: Sheet) -> str:
    """The metadata of a document that carries its invoice as XML, the same every time."""
    at = sheet.at.isoformat(timespec="seconds")
    properties = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _) in _TOLD.items())
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f"{_about(sheet, at)}"
        f'<rdf:Description rdf:about="" xmlns:fx="{_SPACE}">{properties}</rdf:Description>'
        f"{_extension()}"
        "</rdf:RDF></x:xmpmeta>"
    )


def _about(sheet: Sheet, at: str) -> str:
    title, author = escape(f"{sheet.title} {sheet.number}"), escape(sheet.seller.label)
    return (
        '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:pdf="http://ns.adobe.com/pdf/1.3/">'
        "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
        f"<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>"
        f"<xmp:CreateDate>{at}</xmp:CreateDate><pdf:Producer>Carnet</pdf:Producer>"
        "</rdf:Description>"
    )


def _extension() -> str:
    """The schema of the properties that PDF/A does not know by itself."""
    properties = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{meaning}</pdfaProperty:description></rdf:li>"
        for name, (_, meaning) in _TOLD.items()
    )
    return (
        '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
        ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
        ' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
        '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{_SPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>"
        "</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    )
