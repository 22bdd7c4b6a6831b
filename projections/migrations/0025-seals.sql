-- Seals say more: which seal came before, in which epoch, and what became of keys, addresses and numbers until then.
-- depends: 0020-incarnations 0024-masters

-- `form` 2: the statement is signed as well. Seals of before stay as they are.
ALTER TABLE log.seals ADD COLUMN form smallint NOT NULL DEFAULT 1, ADD COLUMN statement text NOT NULL DEFAULT '';

-- `mark` names an address in the history below, `salt` keeps it from being guessed there: both are gone with the address.
ALTER TABLE log.directory
    ADD COLUMN mark uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN salt uuid NOT NULL DEFAULT gen_random_uuid();

-- What happened to subjects' keys and to addresses, as digests of their rows; null where an address was let go of. `known`
-- is what a key is known by. The sealer gives each its `entry`, without gaps, and seals them with the events.
CREATE TABLE log.changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('key', 'address')),
    thing uuid NOT NULL,
    digest bytea,
    known bytea,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    entry bigint UNIQUE
);
CREATE INDEX changes_unsealed ON log.changes (id) WHERE entry IS NULL;
CREATE INDEX changes_of ON log.changes (thing, id);
CREATE TRIGGER changes_only_grow BEFORE DELETE OR TRUNCATE ON log.changes
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse();

-- What a key is known by whoever wraps it: the check in its head; of one without a head, a hash of all of it.
CREATE FUNCTION log.known_by(wrapped bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN octet_length(wrapped) = 60 THEN sha256(wrapped) ELSE substring(wrapped FROM 3 FOR 16) END;

CREATE FUNCTION log.key_digest(k log.subject_keys) RETURNS bytea LANGUAGE sql IMMUTABLE
RETURN sha256(
    uuid_send(k.subject) || coalesce('\x01'::bytea || uuid_send(k.holder), '\x00') || timestamptz_send(k.created_at)
    || coalesce('\x01'::bytea || timestamptz_send(k.erased_at), '\x00') || coalesce(log.known_by(k.wrapped), '')
);

CREATE FUNCTION log.address_digest(d log.directory) RETURNS bytea LANGUAGE sql IMMUTABLE
RETURN sha256(uuid_send(d.mark) || uuid_send(d.salt) || uuid_send(d.customer) || timestamptz_send(d.created_at)
    || d.email_hash);

CREATE FUNCTION log.note_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF octet_length(OLD.wrapped) <> 60 AND log.known_by(NEW.wrapped) <> log.known_by(OLD.wrapped) THEN
            RAISE EXCEPTION 'the key of a subject never becomes another';
        END IF;
        IF log.key_digest(NEW) = log.key_digest(OLD) THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO log.changes (kind, thing, digest, known)
    VALUES ('key', NEW.subject, log.key_digest(NEW), log.known_by(NEW.wrapped));
    RETURN NULL;
END;
$$;
CREATE TRIGGER subject_keys_noted AFTER INSERT OR UPDATE ON log.subject_keys
    FOR EACH ROW EXECUTE FUNCTION log.note_key();

CREATE FUNCTION log.note_address() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO log.changes (kind, thing) VALUES ('address', OLD.mark);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO log.changes (kind, thing, digest) VALUES ('address', NEW.mark, log.address_digest(NEW));
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER directory_noted AFTER INSERT OR UPDATE OR DELETE ON log.directory
    FOR EACH ROW EXECUTE FUNCTION log.note_address();

-- What was there before is noted as it is now.
INSERT INTO log.changes (kind, thing, digest, known)
SELECT 'key', subject, log.key_digest(k), log.known_by(wrapped) FROM log.subject_keys k ORDER BY created_at, subject;
INSERT INTO log.changes (kind, thing, digest)
SELECT 'address', mark, log.address_digest(d) FROM log.directory d ORDER BY created_at, mark;

-- Gives entries to what was noted since the last seal, as many as told; returns the last entry.
CREATE FUNCTION log.number_changes(most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last bigint := coalesce((SELECT max(entry) FROM log.changes), 0);
BEGIN
    UPDATE log.changes c SET entry = last + new.number
    FROM (
        SELECT id, row_number() OVER (ORDER BY id) AS number
        FROM (SELECT id FROM log.changes WHERE entry IS NULL ORDER BY id LIMIT most) AS unsealed
    ) AS new
    WHERE c.id = new.id;
    RETURN coalesce((SELECT max(entry) FROM log.changes), 0);
END;
$$;

CREATE FUNCTION log.add_seal(
    sealed_position bigint, sealed_chain bytea, sealed_signature bytea, sealed timestamptz, signed text
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF sealed_position <= (SELECT max(position) FROM log.seals)
        OR sealed_position > (SELECT max(position) FROM log.events) THEN
        RAISE EXCEPTION 'the seal at position % does not follow the last one', sealed_position;
    END IF;
    INSERT INTO log.seals (position, chain, signature, sealed_at, form, statement)
    VALUES (sealed_position, sealed_chain, sealed_signature, sealed, 2, signed);
END;
$$;

-- How far every series of numbers is.
CREATE FUNCTION log.series_as_they_are() RETURNS TABLE (series text, last bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT substr(s.sequencename::text, 8), coalesce(s.last_value, 0) FROM pg_catalog.pg_sequences s
    WHERE s.schemaname = 'log' AND s.sequencename ^@ 'series_'
    UNION ALL SELECT d.series || '/' || d.period, d.number FROM log.document_series d;
END;
$$;

-- What the sealer found the last time it looked; nothing where it seals.
CREATE TABLE work.sealing (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    faults text[] NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);
