-- An e-mail address that its card gave up may become another card's: the directory leads to that one from then on.
-- depends: 0025-seals
-- run by: owner

CREATE FUNCTION log.hand_address(moved bytea, giver uuid, taker uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE log.directory SET customer = taker WHERE email_hash = moved AND customer = giver;
    RETURN FOUND;
END;
$$;
