-- The two schemas (what happened, and what is read from it) and the extensions that searching needs.
CREATE SCHEMA IF NOT EXISTS log;
CREATE SCHEMA IF NOT EXISTS views;

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- Text as it is searched: lower case, without accents. The dictionary is named, so the answer is the same in every
-- session and the function may stand in an index. In plpgsql, whose plan is kept: half the time of plain SQL.
CREATE OR REPLACE FUNCTION public.plain(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN lower(public.unaccent('public.unaccent'::regdictionary, value));
END $$;
