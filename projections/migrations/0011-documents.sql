-- Numbers of documents without a gap: a save takes one together with its events, and gives it back when it fails.
-- depends: 0007-payments
CREATE TABLE log.document_series (
    series text COLLATE "C" NOT NULL,
    period integer NOT NULL,
    number bigint NOT NULL,
    day date NOT NULL,
    PRIMARY KEY (series, period)
);

-- The next number of a series in a period (0: of all years), and its day, which never goes back along the numbers. Whoever
-- asks next waits until this transaction ends.
CREATE FUNCTION log.next_document(
    asked_series text, asked_period integer, first bigint, asked_day date, OUT number bigint, OUT day date
) LANGUAGE sql AS $$
    INSERT INTO log.document_series AS taken (series, period, number, day)
    VALUES (asked_series, asked_period, first, asked_day)
    ON CONFLICT (series, period) DO UPDATE
    SET number = taken.number + 1, day = greatest(taken.day, excluded.day)
    RETURNING taken.number, taken.day;
$$;
