-- What analysts read of the view `customers`.
CREATE OR REPLACE VIEW reporting.customers AS
SELECT id AS customer_id, created_at, updated_at, erased_at, merged_into, country, tags
FROM {schema}.customers;
COMMENT ON VIEW reporting.customers IS 'Customers'' cards without what tells who they are; those who were forgotten stay as rows.';
COMMENT ON COLUMN reporting.customers.customer_id IS 'The card''s id.';
COMMENT ON COLUMN reporting.customers.created_at IS 'When the card was made.';
COMMENT ON COLUMN reporting.customers.updated_at IS 'When something last happened to it.';
COMMENT ON COLUMN reporting.customers.erased_at IS 'When the person was forgotten; null for who was not.';
COMMENT ON COLUMN reporting.customers.merged_into IS 'The card that this one is part of now; null for one of its own.';
COMMENT ON COLUMN reporting.customers.country IS 'The country of the address (ISO 3166-1 alpha-2); empty where none is known.';
COMMENT ON COLUMN reporting.customers.tags IS 'The card''s tags.';

CREATE OR REPLACE VIEW reporting.customers_personal AS
SELECT id AS customer_id, name, company, line1, line2, postcode, city, region, country, phone, email, vat_number
FROM {schema}.customers;
COMMENT ON VIEW reporting.customers_personal IS 'Who customers are. Personal data; empty once a person was forgotten.';
COMMENT ON COLUMN reporting.customers_personal.customer_id IS 'The card''s id.';
COMMENT ON COLUMN reporting.customers_personal.name IS 'Name.';
COMMENT ON COLUMN reporting.customers_personal.company IS 'Company.';
COMMENT ON COLUMN reporting.customers_personal.line1 IS 'First line of the address.';
COMMENT ON COLUMN reporting.customers_personal.line2 IS 'Second line of the address.';
COMMENT ON COLUMN reporting.customers_personal.postcode IS 'Postcode.';
COMMENT ON COLUMN reporting.customers_personal.city IS 'City.';
COMMENT ON COLUMN reporting.customers_personal.region IS 'Region.';
COMMENT ON COLUMN reporting.customers_personal.country IS 'Country (ISO 3166-1 alpha-2).';
COMMENT ON COLUMN reporting.customers_personal.phone IS 'Telephone number.';
COMMENT ON COLUMN reporting.customers_personal.email IS 'E-mail address.';
COMMENT ON COLUMN reporting.customers_personal.vat_number IS 'VAT number.';
