-- The master secret: what it is checked by, and the installation's own keys, sealed under it. Never the secret itself.
-- depends: 0015-papers

-- One row per secret the installation ever had. `proof` is an HMAC over `salt` by a key made of the secret; `ring` holds
-- the installation's own keys sealed under it, until another secret has taken its place. `verify_key` checks the seals
-- made since; `endorsement` is its signature by the key before it.
CREATE TABLE log.masters (
    number smallint PRIMARY KEY CHECK (number > 0),
    salt bytea NOT NULL,
    proof bytea NOT NULL,
    ring bytea,
    verify_key bytea NOT NULL,
    endorsement bytea,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    retired_at timestamptz
);

-- The number of the master that a subject's key is wrapped under; those of before masters had numbers are the first's.
CREATE FUNCTION log.master_of(wrapped bytea) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN octet_length(wrapped) = 60 THEN 1 ELSE get_byte(wrapped, 0) * 256 + get_byte(wrapped, 1) END;

-- Keeps the next master: the first one only where there is none, another only after the last. From here on no key is
-- wrapped under an older one any more.
CREATE FUNCTION log.add_master(
    new_number integer, new_salt bytea, new_proof bytea, new_ring bytea, new_verify_key bytea, new_endorsement bytea
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    LOCK TABLE log.subject_keys, log.masters IN SHARE ROW EXCLUSIVE MODE;
    IF new_number <> coalesce((SELECT max(number) FROM log.masters), 0) + 1 THEN
        RETURN false;
    END IF;
    INSERT INTO log.masters (number, salt, proof, ring, verify_key, endorsement)
    VALUES (new_number, new_salt, new_proof, new_ring, new_verify_key, new_endorsement);
    RETURN true;
END;
$$;

-- Puts keys wrapped anew in the place of what they were; one that was erased or wrapped anew meanwhile is left alone.
CREATE FUNCTION log.rewrap(subjects uuid[], before bytea[], after bytea[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changed integer;
BEGIN
    UPDATE log.subject_keys k SET wrapped = new.after
    FROM unnest(subjects, rewrap.before, rewrap.after) AS new (subject, before, after)
    WHERE k.subject = new.subject AND k.wrapped = new.before;
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END;
$$;

-- Ends a master once no key is wrapped under it any more; false while there is one.
CREATE FUNCTION log.retire_master(old_number integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM log.subject_keys WHERE log.master_of(wrapped) = old_number)
        OR old_number >= (SELECT max(number) FROM log.masters) THEN
        RETURN false;
    END IF;
    UPDATE log.masters SET ring = NULL, retired_at = clock_timestamp()
    WHERE number = old_number AND retired_at IS NULL;
    RETURN true;
END;
$$;

-- A process that has not heard of a new master yet wraps under the one before: it is told by this error, and looks again.
CREATE FUNCTION log.refuse_older_master() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF log.master_of(NEW.wrapped) < (SELECT max(number) FROM log.masters) THEN
        RAISE EXCEPTION 'a key was wrapped under a master secret that is being replaced' USING ERRCODE = 'CN101';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER subject_keys_last_master BEFORE INSERT OR UPDATE OF wrapped ON log.subject_keys
    FOR EACH ROW WHEN (NEW.wrapped IS NOT NULL) EXECUTE FUNCTION log.refuse_older_master();
