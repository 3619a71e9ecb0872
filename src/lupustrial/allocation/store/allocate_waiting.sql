-- Allocation on PostgreSQL; see _queue.py. @WORDS@ are filled in there.

-- Answers all requests that wait, those of a stratum in the order in which they came.
CREATE OR REPLACE FUNCTION answer_requests() RETURNS void LANGUAGE plpgsql AS $answer$
DECLARE
    w RECORD; head ledger_head; trial TEXT; list TEXT; following BIGINT;
    free BIGINT; code TEXT; text TEXT; digest TEXT;
BEGIN
    SELECT * INTO head FROM ledger_head WHERE id = 1;
    FOR w IN
        SELECT r.*, (SELECT c.stratum FROM allocation_candidate c
                     WHERE c.study = r.study AND c.participant = r.participant) AS stratum
        FROM allocation_request r ORDER BY r.study, stratum, r.id
    LOOP
        IF w.study IS DISTINCT FROM trial OR w.stratum IS DISTINCT FROM list THEN
            UPDATE allocation_stratum SET next = following
                WHERE study = trial AND stratum = list AND next < following;
            trial := w.study;
            list := w.stratum;
            following := (SELECT next FROM allocation_stratum WHERE study = trial AND stratum = list);
        END IF;
        code := (@REFUSAL@);
        IF w.asked < clock_timestamp() - interval '@PATIENCE@ seconds' THEN code := 'late'; END IF;
        IF code IS NULL THEN
            free := (SELECT number FROM allocation_slot
                     WHERE study = trial AND stratum = list AND position = following);
            IF free IS NULL THEN code := 'exhausted'; END IF;
        END IF;
        IF code IS NOT NULL THEN
            INSERT INTO allocation_answer (request, refusal) VALUES (w.id, code);
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
                WHERE study = trial AND number = free;
            following := following + 1;
            INSERT INTO allocation_answer (request, number, entry) VALUES (w.id, free, head.position);
        END IF;
        DELETE FROM allocation_request WHERE id = w.id;
    END LOOP;
    UPDATE allocation_stratum SET next = following
        WHERE study = trial AND stratum = list AND next < following;
    UPDATE ledger_head SET position = head.position, hash = head.hash
        WHERE id = 1 AND position < head.position;
END $answer$;

-- Puts a request down, waits for its turn, and returns the answer.
CREATE OR REPLACE PROCEDURE allocate_waiting(
    study_id TEXT, who TEXT, actor TEXT, given_at TEXT, part_1 TEXT, part_2 TEXT, part_3 TEXT,
    INOUT slot BIGINT, INOUT place BIGINT, INOUT reason TEXT
) LANGUAGE plpgsql AS $allocate$
DECLARE
    asked BIGINT;
BEGIN
    INSERT INTO allocation_request (study, participant, person, at, before_at, before_number, after_number)
        VALUES (study_id, who, actor, given_at, part_1, part_2, part_3) RETURNING id INTO asked;
    COMMIT;  -- from here on others see the request, and may answer it
    PERFORM pg_advisory_xact_lock(@LOCK@);
    SELECT number, entry, refusal INTO slot, place, reason FROM allocation_answer WHERE request = asked;
    IF NOT FOUND THEN
        PERFORM answer_requests();
        SELECT number, entry, refusal INTO slot, place, reason FROM allocation_answer WHERE request = asked;
    END IF;
END $allocate$
