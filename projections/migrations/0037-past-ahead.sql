-- After an older log is brought back, views of points in time that show what is no more are not read either, and what was set
-- aside tells when.
-- depends: 0027-brought-back

CREATE OR REPLACE FUNCTION work.bring_back(upto bigint, restored boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE views.positions SET version = 0, trouble = 'ahead of the log' WHERE position > upto;
    UPDATE work.positions SET position = upto, trouble = NULL, updated_at = clock_timestamp() WHERE position > upto;
    UPDATE work.effects SET
        state = 'set-aside',
        error = CASE WHEN position > upto THEN 'event-vanished' ELSE 'log-restored' END,
        claim = NULL,
        claimed_until = NULL,
        changed_at = clock_timestamp()
    WHERE state IN ('waiting', 'queued', 'claimed', 'acting') AND (position > upto OR restored AND due_at <= now());
    WITH gone AS (
        DELETE FROM work.schedule WHERE position > upto OR restored AND due_at <= now()
        RETURNING key, due_at, kind, payload, order_id, position
    )
    INSERT INTO work.effects (key, kind, payload, order_id, position, due_at, state, error, changed_at)
    SELECT key, kind, payload, order_id, position, due_at, 'set-aside',
        CASE WHEN position > upto THEN 'event-vanished' ELSE 'log-restored' END, clock_timestamp()
    FROM gone ON CONFLICT DO NOTHING;
    IF restored THEN
        UPDATE work.ground SET restored_upto = greatest(restored_upto, upto);
    END IF;
END;
$$;

CREATE OR REPLACE FUNCTION work.doubt(upto bigint, since timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    doubted bigint;
BEGIN
    UPDATE work.effects SET
        state = 'set-aside', error = 'log-restored', claim = NULL, claimed_until = NULL, changed_at = clock_timestamp()
    WHERE state IN ('waiting', 'queued', 'claimed', 'acting')
        AND position <= upto AND created_at < since AND due_at <= since;
    GET DIAGNOSTICS doubted = ROW_COUNT;
    UPDATE work.ground SET restored_upto = greatest(restored_upto, upto);
    RETURN doubted;
END;
$$;
