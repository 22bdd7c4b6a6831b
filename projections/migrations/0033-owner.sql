-- The log belongs to a role that the running application is not. What that role lets the application do are functions:
-- they run as the log's owner, on a path that nobody else can put anything on, and bound what they are told. Which role is
-- which is no migration's to know: ownership and grants are `projections/postgres/roles.py`'s.
-- depends: 0027-brought-back 0029-times
-- run by: owner

ALTER FUNCTION log.append(uuid, json, text, text, bytea, uuid, bytea, bytea, uuid, bytea)
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION log.claim_subject(uuid, uuid, bytea) SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION log.claim_customer(bytea, uuid, bytea) SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION log.erase(uuid) SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION log.keep_document(uuid, date) SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION log.keep_print(uuid, text, text, boolean, bytea) SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

-- Says that an argument is beyond what any part of the program asks for.
CREATE FUNCTION log.require(holds boolean, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF holds IS NOT TRUE THEN
        RAISE EXCEPTION 'the log refuses: %', what USING ERRCODE = 'invalid_parameter_value';
    END IF;
END;
$$;

-- Whoever inserts: positions follow each other, a version follows the one before it, and the clock goes forward, never
-- ahead of the database's own. A plan made for a small log would look through the whole of it once it has grown. The path
-- is fixed, so that no session can put operators of its own in the place of those it compares with.
CREATE OR REPLACE FUNCTION log.require_succession() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    added record;
BEGIN
    SELECT f.*, (SELECT max(position) FROM log.events) AS head,
        (SELECT e.position FROM log.events e WHERE e.position = f.first - 1) AS before,
        (SELECT e.recorded_at FROM log.events e WHERE e.position = f.first - 1) AS recorded_before
    INTO added FROM (
        SELECT count(*) AS number, min(position) AS first, max(position) AS last,
            count(recorded_at) AS dated, min(recorded_at) AS recorded_at, max(recorded_at) AS recorded_last,
            min(CASE WHEN originator_version <> 1 AND (
                SELECT p.originator_version FROM log.events p
                WHERE p.originator_id = fresh.originator_id AND p.originator_version = fresh.originator_version - 1
            ) IS NULL THEN position END) AS orphan
        FROM fresh
    ) f;
    IF added.number = 0 THEN
        RETURN NULL;
    END IF;
    IF added.first <> coalesce(added.before, 0) + 1 OR added.last <> added.head
        OR added.last - added.first + 1 <> added.number
    THEN
        RAISE EXCEPTION 'positions % to % do not follow the last one', added.first, added.last
            USING ERRCODE = 'check_violation', CONSTRAINT = 'events_position_follows';
    END IF;
    IF added.dated <> added.number OR added.recorded_at < added.recorded_before
        OR added.recorded_last > greatest(added.recorded_before, clock_timestamp())
    THEN
        RAISE EXCEPTION 'the time of recording is missing, goes backwards or lies ahead'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'events_recorded_forwards';
    END IF;
    IF added.orphan IS NOT NULL THEN
        RAISE EXCEPTION 'the event at position % has no predecessor in its stream', added.orphan
            USING ERRCODE = 'check_violation', CONSTRAINT = 'events_version_follows';
    END IF;
    RETURN NULL;
END;
$$;

-- Beginning an epoch sets work of the application aside: that is done by whoever asks, never as the log's owner, who runs
-- no code that belongs to the application. What is the log's own part of it stands in two functions beside.
DROP TRIGGER epochs_are_met ON log.epochs;
DROP FUNCTION work.meet_epoch();

-- A promotion alone is no restore: what a standby has not received is told from outside, where anybody knows.
CREATE FUNCTION work.meet_epoch(epoch integer) RETURNS void LANGUAGE sql AS $$
    SELECT work.bring_back(
        begun.began_after, before.system_identifier <> begun.system_identifier OR before.timeline = begun.timeline
    )
    FROM log.epochs begun JOIN log.epochs before ON before.number = begun.number - 1
    WHERE begun.number = epoch
$$;

CREATE FUNCTION log.add_epoch(why text, OUT number integer, OUT id text) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7106407, 1);
    INSERT INTO log.epochs AS e (number, system_identifier, timeline, database_oid, events_oid, began_after, reason)
    SELECT coalesce(max(p.number), 0) + 1,
        (SELECT system_identifier FROM pg_control_system()),
        ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint,
        log.database_oid(),
        to_regclass('log.events'),
        CASE WHEN count(*) = 0 THEN 0 ELSE (SELECT coalesce(max(position), 0) FROM log.events) END,
        left(why, 200)
    FROM log.epochs p
    RETURNING e.number, e.id INTO add_epoch.number, add_epoch.id;
    DELETE FROM log.incarnation;
END;
$$;

CREATE FUNCTION log.add_incarnation() RETURNS uuid LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found uuid := log.current_incarnation();
BEGIN
    IF found IS NULL THEN
        DELETE FROM log.incarnation;
        INSERT INTO log.incarnation (server_started_at, events_file)
        VALUES (pg_postmaster_start_time(), pg_relation_filepath('log.events'))
        RETURNING id INTO found;
    END IF;
    RETURN found;
END;
$$;

-- Begins an epoch after all that the log holds now, and ends the incarnation: nothing decided before is appended any more.
-- What is ahead of the log is brought back in the same moment, before anything is recorded in the new epoch.
CREATE OR REPLACE FUNCTION log.begin_epoch(why text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    begun record;
BEGIN
    SELECT e.number, e.id INTO begun FROM log.add_epoch(why) e;
    PERFORM work.meet_epoch(begun.number);
    RETURN begun.id;
END;
$$;

-- The incarnation as it is now, begun where there was none; with it an epoch, where the log is another than the last one's.
CREATE OR REPLACE FUNCTION log.begin_incarnation() RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    found uuid := log.current_incarnation();
    last log.epochs;
BEGIN
    IF found IS NOT NULL THEN
        RETURN found;
    END IF;
    PERFORM pg_advisory_xact_lock(7106407, 4);
    found := log.current_incarnation();
    IF found IS NOT NULL THEN
        RETURN found;
    END IF;
    SELECT * INTO last FROM log.epochs ORDER BY number DESC LIMIT 1;
    IF last.number IS NULL THEN
        PERFORM log.begin_epoch('the log was made');
    ELSIF last.system_identifier <> (SELECT system_identifier FROM pg_control_system()) THEN
        PERFORM log.begin_epoch('the log was brought to another server');
    ELSIF last.timeline <> ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint THEN
        PERFORM log.begin_epoch('the server was promoted or brought back to a point in time');
    ELSIF last.database_oid <> log.database_oid() OR last.events_oid <> to_regclass('log.events') THEN
        PERFORM log.begin_epoch('the log was copied or restored from a dump');
    END IF;
    RETURN log.add_incarnation();
END;
$$;

-- The next numbers of a series; a number given to a save that is refused is not given again.
CREATE OR REPLACE FUNCTION log.next_numbers(series text, wanted integer) RETURNS SETOF bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    sequence_name text := format('log.%I', 'series_' || series);
BEGIN
    PERFORM log.require(wanted BETWEEN 0 AND 10000, 'at most 10,000 numbers are drawn at one time');
    IF to_regclass(sequence_name) IS NULL THEN
        PERFORM log.require(octet_length(series) BETWEEN 1 AND 56, 'a series has a name of at most 56 bytes');
        PERFORM pg_advisory_xact_lock(7106407, 2);
        PERFORM log.require(
            (SELECT count(*) < 1000 FROM pg_class WHERE relnamespace = 'log'::regnamespace AND relkind = 'S'),
            'there are a thousand series already'
        );
        EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %s', sequence_name);
    END IF;
    RETURN QUERY SELECT nextval(sequence_name::regclass) FROM generate_series(1, wanted);
END;
$$;

-- Moves a series past a number that was given out; gives the last number of the series. It never goes back. Nobody draws a
-- number of it until this transaction ends.
CREATE OR REPLACE FUNCTION log.raise_series(series text, given bigint) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    sequence_name text := format('log.%I', 'series_' || series);
    last bigint;
BEGIN
    PERFORM log.next_numbers(series, 0);
    EXECUTE format('ALTER SEQUENCE %s NO CYCLE', sequence_name);
    EXECUTE format('SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM %s', sequence_name) INTO last;
    PERFORM log.require(given - last <= 1000000, 'a series is moved on by at most a million numbers at one time');
    IF last < given THEN
        last := setval(sequence_name::regclass, given);
    END IF;
    RETURN last;
END;
$$;

-- The next number of a series in a period (0: of all years), and its day, which never goes back along the numbers. Whoever
-- asks next waits until this transaction ends.
CREATE OR REPLACE FUNCTION log.next_document(
    asked_series text, asked_period integer, first bigint, asked_day date, OUT number bigint, OUT day date
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM log.require(asked_day <= current_date + 2, 'no document is issued on a day that lies ahead');
    PERFORM log.require(char_length(asked_series) <= 40, 'a series has a name of at most 40 characters');
    PERFORM log.require(first BETWEEN 0 AND 1000000000000, 'a series begins with a number below a million millions');
    PERFORM log.require(asked_period BETWEEN 0 AND 999912, 'a period is a year, a month of one, or none');
    INSERT INTO log.document_series AS taken (series, period, number, day)
    VALUES (asked_series, asked_period, first, asked_day)
    ON CONFLICT (series, period) DO UPDATE
    SET number = taken.number + 1, day = greatest(taken.day, excluded.day)
    RETURNING taken.number, taken.day INTO next_document.number, next_document.day;
END;
$$;

-- Moves a series of documents past numbers that were given out, and gives the first of those it lacks; null where none is
-- lacking. Whoever calls it records an event that says so.
CREATE OR REPLACE FUNCTION log.skip_documents(
    skipped_series text, skipped_period integer, first bigint, given bigint, today date
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known bigint;
BEGIN
    SELECT number INTO known FROM log.document_series
    WHERE series = skipped_series AND period = skipped_period FOR UPDATE;
    IF coalesce(known, first - 1) >= given THEN
        RETURN NULL;
    END IF;
    PERFORM log.require(
        given - coalesce(known, first - 1) <= 1000000, 'a series is moved on by at most a million numbers at one time'
    );
    PERFORM log.require(first BETWEEN 0 AND 1000000000000, 'a series begins with a number below a million millions');
    PERFORM log.require(skipped_period BETWEEN 0 AND 999912, 'a period is a year, a month of one, or none');
    PERFORM log.require(today <= current_date + 2, 'no number is given out on a day that lies ahead');
    INSERT INTO log.document_series AS taken (series, period, number, day)
    VALUES (skipped_series, skipped_period, given, today)
    ON CONFLICT (series, period) DO UPDATE SET number = greatest(taken.number, excluded.number);
    RETURN coalesce(known, first - 1) + 1;
END;
$$;

-- Lets the erasing of the new holder take a subject's key along; one that has a holder already keeps it.
CREATE OR REPLACE FUNCTION log.hand_over(handed uuid, new_holder uuid) RETURNS void LANGUAGE sql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE log.subject_keys SET holder = new_holder WHERE subject = handed AND holder IS NULL
$$;

CREATE OR REPLACE FUNCTION log.purge_requests(days integer) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    PERFORM log.require(days >= 1, 'the answers of the last day are kept');
    DELETE FROM log.requests WHERE created_at < now() - make_interval(days => days);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END;
$$;

-- Lets go of documents that were issued more than so many years before a day; gives how many keys went.
CREATE OR REPLACE FUNCTION log.release_documents(today date, years integer) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    released bigint;
BEGIN
    PERFORM log.require(today <= current_date + 2 AND years >= 1, 'the documents of the last year are kept');
    WITH old AS (
        DELETE FROM log.issued_documents WHERE issued_on < today - make_interval(years => years) RETURNING subject
    )
    SELECT count(log.erase(subject)) INTO released FROM old;
    RETURN released;
END;
$$;

-- The first master of a log that has none. Every later one is the log's owner's to add, and so are `log.rewrap` and
-- `log.retire_master`: a master that nobody has the secret of would lock everybody out.
CREATE FUNCTION log.add_first_master(new_salt bytea, new_proof bytea, new_ring bytea, new_verify_key bytea)
RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT log.add_master(1, new_salt, new_proof, new_ring, new_verify_key, NULL)
$$;

-- Puts keys wrapped anew under the last master in the place of what they were under one before; one that was erased or
-- wrapped anew meanwhile is left alone. What a key is known by stays.
CREATE OR REPLACE FUNCTION log.rewrap(subjects uuid[], before bytea[], after bytea[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last integer := (SELECT max(number) FROM log.masters);
    changed integer;
BEGIN
    PERFORM log.require(
        (SELECT coalesce(bool_and(octet_length(new) = 78 AND log.master_of(new) = last), true) FROM unnest(after) AS new),
        'a key is wrapped anew under the last master'
    );
    UPDATE log.subject_keys k SET wrapped = new.after
    FROM unnest(subjects, rewrap.before, rewrap.after) AS new (subject, before, after)
    WHERE k.subject = new.subject AND k.wrapped = new.before AND log.master_of(k.wrapped) < last;
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END;
$$;

-- What is signed of a seal, as bytes; the same as `projections/log/checkpoints.py` makes.
CREATE FUNCTION log.seal_message(s log.seals) RETURNS bytea LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT convert_to('carnet seal v' || s.form, 'UTF8') || int8send(s.position) || s.chain
        || convert_to(
            to_char(s.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
            || CASE WHEN extract(microseconds FROM s.sealed_at)::bigint % 1000000 = 0 THEN ''
                ELSE to_char(s.sealed_at AT TIME ZONE 'UTC', '.US') END
            || '+00:00' || CASE WHEN s.form > 1 THEN ' ' || s.statement ELSE '' END,
            'UTF8'
        )
$$;

-- Adds a seal that says which one was the last, and that it is the next. Whether it is signed nobody can tell here: one
-- that is not is found by the sealer and by `carnet audit verify`.
CREATE OR REPLACE FUNCTION log.add_seal(
    sealed_position bigint, sealed_chain bytea, sealed_signature bytea, sealed timestamptz, signed text
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last log.seals;
    previous text := '';
BEGIN
    LOCK TABLE log.seals IN SHARE ROW EXCLUSIVE MODE;
    SELECT * INTO last FROM log.seals ORDER BY position DESC LIMIT 1;
    IF sealed_position <= last.position OR sealed_position > (SELECT max(position) FROM log.events) THEN
        RAISE EXCEPTION 'the seal at position % does not follow the last one', sealed_position;
    END IF;
    IF last.position IS NOT NULL THEN
        previous := encode(sha256(log.seal_message(last) || last.signature), 'hex');
    END IF;
    PERFORM log.require(
        octet_length(sealed_chain) = 32 AND octet_length(sealed_signature) = 64 AND octet_length(signed) <= 1000000
        AND sealed <= clock_timestamp() + interval '1 day',
        'a seal has a chain of 32 bytes, a signature of 64, a statement and a time'
    );
    PERFORM log.require(
        signed::json ->> 'previous' = previous
        AND (signed::json ->> 'number')::bigint = (SELECT count(*) + 1 FROM log.seals),
        'a seal names the one before it'
    );
    INSERT INTO log.seals (position, chain, signature, sealed_at, form, statement)
    VALUES (sealed_position, sealed_chain, sealed_signature, sealed, 2, signed);
END;
$$;

REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA log FROM PUBLIC;
