-- The schema that analysts read. Its views stand in projections/reporting, and are made with the tables they show.
-- depends: 0080-desks
CREATE SCHEMA reporting;
COMMENT ON SCHEMA reporting IS 'What analysts read: stable views in which amounts are numeric and stand beside their currency.';

-- Minor units as the amount they are, with exactly the currency's decimals.
CREATE FUNCTION reporting.amount(minor bigint, currency text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN currency IN (
            'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF',
            'XPF'
        ) THEN minor::numeric
        WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN round(minor / 1000.0, 3)
        ELSE round(minor / 100.0, 2)
    END
$$;
