-- What a save or a read of streams starts from comes from functions whose plans are made once: with the arrays' lengths at
-- hand PostgreSQL plans such a query anew every time, which takes longer than the query.
-- depends: 0006-claims

-- Streams, each after a version, up to a position; stream by stream and in order.
CREATE FUNCTION log.streams(ids uuid[], after integer[], upto bigint)
RETURNS TABLE ("position" bigint, topic text, version smallint, state text, wrapped bytea)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT r.position, r.topic, r.version, r.state, r.wrapped
    FROM unnest(ids, streams.after) AS asked (id, version)
    JOIN log.readable r
        ON r.originator_id = asked.id AND r.originator_version > asked.version AND r.position <= upto
    ORDER BY r.originator_id, r.originator_version;
END;
$$;

DROP FUNCTION log.opening(text, text, bytea, text);

-- What one save starts from, in one call; what is null is not asked for. `known`: the request ran before, and `answer` is
-- what it answered then, and nothing else is read. Otherwise one row for each event of the streams asked for and of the
-- customer's (one row without an event where there is none). Nothing is claimed yet but the number: `log.append` does,
-- together with the events.
CREATE FUNCTION log.opening(
    request_actor text, request_key text, asked_hash bytea, series text, ids uuid[], after integer[]
) RETURNS TABLE (
    known boolean, fingerprint bytea, subject uuid, answer bytea, answer_wrapped bytea,
    customer uuid, customer_wrapped bytea, number bigint,
    "position" bigint, topic text, version smallint, state text, wrapped bytea
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    found_customer uuid;
    found_wrapped bytea;
    next_number bigint;
BEGIN
    IF request_key IS NOT NULL THEN
        RETURN QUERY
        SELECT true, r.fingerprint, r.subject, r.answer, k.wrapped, NULL::uuid, NULL::bytea, NULL::bigint,
            NULL::bigint, NULL::text, NULL::smallint, NULL::text, NULL::bytea
        FROM log.requests r LEFT JOIN log.subject_keys k ON k.subject = r.subject
        WHERE r.actor = request_actor AND r.key = request_key;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    IF asked_hash IS NOT NULL THEN
        SELECT d.customer, k.wrapped INTO found_customer, found_wrapped
        FROM log.directory d LEFT JOIN log.subject_keys k ON k.subject = d.customer
        WHERE d.email_hash = asked_hash;
    END IF;
    IF opening.series IS NOT NULL THEN
        SELECT next_numbers INTO next_number FROM log.next_numbers(opening.series, 1);
    END IF;
    RETURN QUERY
    SELECT false, NULL::bytea, NULL::uuid, NULL::bytea, NULL::bytea, found_customer, found_wrapped, next_number,
        e.position, e.topic, e.version, e.state, e.wrapped
    FROM (SELECT) AS once LEFT JOIN (
        SELECT r.* FROM (
            SELECT * FROM unnest(ids, opening.after) AS given (id, version)
            UNION ALL SELECT found_customer, 0
        ) AS asked
        JOIN log.readable r ON r.originator_id = asked.id AND r.originator_version > asked.version
    ) AS e ON true
    ORDER BY e.originator_id, e.originator_version;
END;
$$;
