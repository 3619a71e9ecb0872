-- Answers all requests that wait; see _queue.py. @WORDS@ are filled in there.
CREATE OR REPLACE FUNCTION allocate_waiting(request BIGINT)
RETURNS TABLE (slot BIGINT, place BIGINT, reason TEXT) LANGUAGE plpgsql AS $allocate$
DECLARE
    w allocation_waiting; head ledger_head; free allocation_slot; code TEXT; text TEXT; digest TEXT;
BEGIN
    PERFORM pg_advisory_xact_lock(@LOCK@);
    SELECT * INTO w FROM allocation_waiting WHERE id = request;
    IF w.number IS NULL AND w.refusal IS NULL THEN
        SELECT * INTO head FROM ledger_head WHERE id = 1;
        FOR w IN SELECT * FROM allocation_waiting WHERE number IS NULL AND refusal IS NULL ORDER BY id LOOP
            code := (@REFUSAL@);
            IF w.asked < clock_timestamp() - interval '@PATIENCE@ seconds' THEN code := 'late'; END IF;
            IF code IS NULL THEN
                SELECT s.* INTO free FROM allocation_slot s JOIN allocation_candidate c
                    ON c.study = s.study AND c.stratum = s.stratum
                    WHERE c.study = w.study AND c.participant = w.participant AND s.participant IS NULL
                    ORDER BY s.position LIMIT 1;
                IF NOT FOUND THEN code := 'exhausted'; END IF;
            END IF;
            IF code IS NOT NULL THEN
                UPDATE allocation_waiting SET refusal = code WHERE id = w.id;
            ELSE
                text := w.before_at || coalesce(w.at, to_char(clock_timestamp() AT TIME ZONE 'UTC',
                    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) || w.before_number || free.number || w.after_number;
                digest := encode(sha256(convert_to(
                    (head.position + 1) || E'\n' || head.hash || E'\n' || text, 'UTF8')), 'hex');
                INSERT INTO ledger (position, previous, hash, body)
                    VALUES (head.position + 1, head.hash, digest, text);
                head.position := head.position + 1;
                head.hash := digest;
                UPDATE allocation_slot SET participant = w.participant, entry = head.position
                    WHERE study = w.study AND number = free.number;
                UPDATE allocation_waiting SET number = free.number, entry = head.position WHERE id = w.id;
            END IF;
        END LOOP;
        UPDATE ledger_head SET position = head.position, hash = head.hash
            WHERE id = 1 AND position < head.position;
    END IF;
    RETURN QUERY SELECT a.number, a.entry, a.refusal FROM allocation_waiting a WHERE a.id = request;
END $allocate$
