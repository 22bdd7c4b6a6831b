-- An older log brought back: views that are ahead are built anew, processes go on from its end, and what may have been done
-- before is set aside until somebody decides on it.
-- depends: 0020-incarnations

-- `set-aside`: asked for before the log was brought back. It may have been done, or its event is no more.
ALTER TABLE work.effects
    DROP CONSTRAINT effects_state_check,
    ADD CONSTRAINT effects_state_check CHECK (
        state IN ('waiting', 'queued', 'claimed', 'acting', 'done', 'failed', 'unknown', 'dropped', 'settled', 'set-aside')
    );

-- `restored_upto`: effects of events up to here may have been done in a log that was lost, and are set aside.
ALTER TABLE work.ground ADD COLUMN restored_upto bigint NOT NULL DEFAULT 0;

-- Brings back what is ahead of the log's position. `restored`: what was due before now may have been done in what is lost.
CREATE FUNCTION work.bring_back(upto bigint, restored boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE views.positions SET version = 0, trouble = 'ahead of the log' WHERE position > upto AND schema = 'views';
    UPDATE work.positions SET position = upto, trouble = NULL, updated_at = clock_timestamp() WHERE position > upto;
    UPDATE work.effects SET
        state = 'set-aside',
        error = CASE WHEN position > upto THEN 'event-vanished' ELSE 'log-restored' END,
        claim = NULL,
        claimed_until = NULL,
        changed_at = now()
    WHERE state IN ('waiting', 'queued', 'claimed', 'acting') AND (position > upto OR restored AND due_at <= now());
    WITH gone AS (
        DELETE FROM work.schedule WHERE position > upto OR restored AND due_at <= now()
        RETURNING key, due_at, kind, payload, order_id, position
    )
    INSERT INTO work.effects (key, kind, payload, order_id, position, due_at, state, error)
    SELECT key, kind, payload, order_id, position, due_at, 'set-aside',
        CASE WHEN position > upto THEN 'event-vanished' ELSE 'log-restored' END
    FROM gone ON CONFLICT DO NOTHING;
    IF restored THEN
        UPDATE work.ground SET restored_upto = greatest(restored_upto, upto);
    END IF;
END;
$$;

-- The same where a loss is found out later, by what is remembered outside: what was asked for on events up to `upto`, and was
-- due before the epoch began, may have been done. What was recorded since is left alone.
CREATE FUNCTION work.doubt(upto bigint, since timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    doubted bigint;
BEGIN
    UPDATE work.effects SET
        state = 'set-aside', error = 'log-restored', claim = NULL, claimed_until = NULL, changed_at = now()
    WHERE state IN ('waiting', 'queued', 'claimed', 'acting')
        AND position <= upto AND created_at < since AND due_at <= since;
    GET DIAGNOSTICS doubted = ROW_COUNT;
    UPDATE work.ground SET restored_upto = greatest(restored_upto, upto);
    RETURN doubted;
END;
$$;

-- In the moment an epoch begins, before anything is recorded in it. A promotion alone is no restore: what a standby has not
-- received is told from outside, where anybody knows.
CREATE FUNCTION work.meet_epoch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before log.epochs;
BEGIN
    SELECT * INTO before FROM log.epochs WHERE number = NEW.number - 1;
    IF FOUND THEN
        PERFORM work.bring_back(
            NEW.began_after,
            before.system_identifier <> NEW.system_identifier OR before.timeline = NEW.timeline
        );
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER epochs_are_met AFTER INSERT ON log.epochs FOR EACH ROW EXECUTE FUNCTION work.meet_epoch();

-- Moves a series past a number that was given out; gives the last number of the series. It never goes back.
CREATE FUNCTION log.raise_series(series text, given bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    sequence_name text := format('log.%I', 'series_' || series);
    last bigint;
BEGIN
    PERFORM log.next_numbers(series, 0);
    EXECUTE format('SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM %s', sequence_name) INTO last;
    IF last < given THEN
        SELECT max(nextval(sequence_name::regclass)) INTO last FROM generate_series(1, given - last);
    END IF;
    RETURN last;
END;
$$;

-- Moves a series of documents past numbers that were given out, and gives the first of those it lacks; null where none is
-- lacking. Whoever calls it records an event that says so.
CREATE FUNCTION log.skip_documents(skipped_series text, skipped_period integer, first bigint, given bigint, today date)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known bigint;
BEGIN
    SELECT number INTO known FROM log.document_series
    WHERE series = skipped_series AND period = skipped_period FOR UPDATE;
    IF coalesce(known, first - 1) >= given THEN
        RETURN NULL;
    END IF;
    INSERT INTO log.document_series AS taken (series, period, number, day)
    VALUES (skipped_series, skipped_period, given, today)
    ON CONFLICT (series, period) DO UPDATE SET number = greatest(taken.number, excluded.number);
    RETURN coalesce(known, first - 1) + 1;
END;
$$;
