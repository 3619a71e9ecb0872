-- Answers all requests that wait; see _queue.py. @WORDS@ are filled in there.
CREATE OR REPLACE PROCEDURE allocate_waiting(
    study_id TEXT, who TEXT, actor TEXT, given_at TEXT, part_1 TEXT, part_2 TEXT, part_3 TEXT,
    INOUT slot BIGINT, INOUT place BIGINT, INOUT reason TEXT
) LANGUAGE plpgsql AS $allocate$
DECLARE
    w allocation_waiting; head ledger_head; list TEXT; free BIGINT; code TEXT; text TEXT; digest TEXT;
    request BIGINT;
BEGIN
    INSERT INTO allocation_waiting (study, participant, person, at, before_at, before_number, after_number)
        VALUES (study_id, who, actor, given_at, part_1, part_2, part_3) RETURNING id INTO request;
    COMMIT;  -- from here on others see the request, and may answer it
    PERFORM pg_advisory_xact_lock(@LOCK@);
    SELECT number, entry, refusal INTO slot, place, reason FROM allocation_waiting WHERE id = request;
    IF slot IS NOT NULL OR reason IS NOT NULL THEN RETURN; END IF;
    SELECT * INTO head FROM ledger_head WHERE id = 1;
    FOR w IN SELECT * FROM allocation_waiting WHERE number IS NULL AND refusal IS NULL ORDER BY id LOOP
        code := (@REFUSAL@);
        IF w.asked < clock_timestamp() - interval '@PATIENCE@ seconds' THEN code := 'late'; END IF;
        IF code IS NULL THEN
            SELECT stratum INTO list FROM allocation_candidate
                WHERE study = w.study AND participant = w.participant;
            free := (@NEXT_SLOT@);
            IF free IS NULL THEN code := 'exhausted'; END IF;
        END IF;
        IF code IS NOT NULL THEN
            UPDATE allocation_waiting SET refusal = code WHERE id = w.id;
        ELSE
            text := w.before_at || coalesce(w.at, to_char(clock_timestamp() AT TIME ZONE 'UTC',
                'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) || w.before_number || free || w.after_number;
            head.position := head.position + 1;
            digest := encode(sha256(convert_to(
                head.position || E'\n' || head.hash || E'\n' || text, 'UTF8')), 'hex');
            INSERT INTO ledger (position, previous, hash, body)
                VALUES (head.position, head.hash, digest, text);
            head.hash := digest;
            UPDATE allocation_slot SET participant = w.participant, entry = head.position
                WHERE study = w.study AND number = free;
            UPDATE allocation_waiting SET number = free, entry = head.position WHERE id = w.id;
        END IF;
    END LOOP;
    UPDATE ledger_head SET position = head.position, hash = head.hash
        WHERE id = 1 AND position < head.position;
    SELECT number, entry, refusal INTO slot, place, reason FROM allocation_waiting WHERE id = request;
END $allocate$
