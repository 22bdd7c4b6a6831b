-- Issued documents: since when each is kept under a key of its own, and the bytes it was given out in, sealed under it.
-- depends: 0011-documents

CREATE TABLE log.issued_documents (
    subject uuid PRIMARY KEY,
    issued_on date NOT NULL
);

CREATE INDEX issued_documents_day ON log.issued_documents (issued_on);

CREATE TABLE log.kept_prints (
    subject uuid NOT NULL REFERENCES log.issued_documents ON DELETE CASCADE,
    form text COLLATE "C" NOT NULL,
    locale text COLLATE "C" NOT NULL,
    voided boolean NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (subject, form, locale, voided)
);
