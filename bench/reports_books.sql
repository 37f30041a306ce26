-- The books of those reports: an entry for each step that moved a duty, its postings, what they left, and the counts.

CREATE TEMPORARY TABLE effect_lines (effect, line, of_old, part, side, measure) AS
VALUES
    ('charge', 1, FALSE, 'charged', 'debit', NULL), ('charge', 2, FALSE, 'duties', 'credit', 'charged'),
    ('move', 1, TRUE, 'duties', 'debit', 'moved'), ('move', 2, FALSE, 'duties', 'credit', 'charged'),
    ('postpone', 1, TRUE, 'duties', 'debit', NULL), ('postpone', 2, FALSE, 'duties', 'credit', NULL),
    ('lapse', 1, TRUE, 'duties', 'debit', NULL), ('lapse', 2, TRUE, 'missed', 'credit', 'lapsed'),
    ('lapse', 3, FALSE, 'charged', 'debit', NULL), ('lapse', 4, FALSE, 'duties', 'credit', 'charged'),
    ('handle', 1, FALSE, 'duties', 'debit', NULL), ('handle', 2, FALSE, 'handled', 'credit', 'handed_over'),
    ('give_back', 1, FALSE, 'handled', 'debit', 'given_back'), ('give_back', 2, FALSE, 'duties', 'credit', NULL),
    ('met', 1, FALSE, 'handled', 'debit', NULL), ('met', 2, FALSE, 'met', 'credit', 'met'),
    ('missed', 1, FALSE, 'handled', 'debit', NULL), ('missed', 2, FALSE, 'missed', 'credit', 'missed'),
    ('withdraw', 1, FALSE, 'duties', 'debit', 'withdrawn'), ('withdraw', 2, FALSE, 'charged', 'credit', NULL);

INSERT INTO journal_entries (id, kind, description, actor, occurred_at, recorded_at)
SELECT
    id,
    CASE effect
        WHEN 'charge' THEN 'duty_charged' WHEN 'move' THEN 'duty_moved' WHEN 'postpone' THEN 'duty_postponed'
        WHEN 'lapse' THEN 'duty_lapsed' WHEN 'handle' THEN 'duty_handled' WHEN 'give_back' THEN 'duty_returned'
        WHEN 'withdraw' THEN 'duty_withdrawn' ELSE 'duty_discharged'
    END,
    '', 'system', made_at, made_at
FROM made
WHERE effect IS NOT NULL
ORDER BY made_at, id;

CREATE TEMPORARY TABLE lines AS
SELECT
    made.id AS entry_id, made.made_at, made.made_on, line.line, line.side, line.measure, line.part,
    CASE WHEN line.of_old THEN made.old_unit_code ELSE made.unit_code END AS unit_code,
    CASE WHEN line.of_old THEN made.old_due_on ELSE made.due_on END AS lot_on,
    parts.account_id
FROM made
JOIN effect_lines AS line USING (effect)
JOIN parts ON parts.part = line.part
    AND parts.unit_code = CASE
        WHEN line.part = 'charged' THEN '' WHEN line.of_old THEN made.old_unit_code ELSE made.unit_code
    END;

DROP TABLE made;

INSERT INTO postings (entry_id, line, account_id, asset, lot, side, amount, seq, balance_after)
SELECT
    entry_id, line, account_id, 'DUTY', CAST(lot_on AS text), side, 1,
    CASE WHEN part <> 'charged' THEN row_number() OVER history END,
    CASE WHEN part <> 'charged' THEN sum(CASE side WHEN 'credit' THEN 1 ELSE -1 END) OVER history END
FROM lines
WINDOW history AS (PARTITION BY account_id ORDER BY made_at, entry_id, line ROWS UNBOUNDED PRECEDING)
ORDER BY made_at, entry_id, line;

UPDATE accounts
SET balance = sums.balance, seq = sums.postings, recorded_at = sums.latest
FROM (
    SELECT
        account_id, sum(CASE side WHEN 'credit' THEN 1 ELSE -1 END) AS balance, count(*) AS postings,
        max(made_at) AS latest
    FROM lines WHERE part <> 'charged'
    GROUP BY account_id
) AS sums
WHERE accounts.id = sums.account_id;

INSERT INTO account_lots (account_id, lot, balance)
SELECT account_id, CAST(lot_on AS text), sum(CASE side WHEN 'credit' THEN 1 ELSE -1 END)
FROM lines
WHERE part <> 'charged'
GROUP BY account_id, lot_on
ORDER BY account_id, lot_on;

INSERT INTO duty_counts (unit_code, on_day, measure, count)
SELECT unit_code, made_on, measure, count(*)
FROM lines
WHERE measure IS NOT NULL
GROUP BY unit_code, made_on, measure
UNION ALL
SELECT
    unit_code, greatest(made_on, lot_on), CASE side WHEN 'credit' THEN 'overdue_in' ELSE 'overdue_out' END, count(*)
FROM lines
WHERE part = 'duties'
GROUP BY 1, 2, 3
ORDER BY 2, 1;

INSERT INTO duty_month_counts (unit_code, month_on, measure, count)
SELECT unit_code, CAST(date_trunc('month', on_day) AS date), measure, sum(count)
FROM duty_counts
GROUP BY 1, 2, 3;

-- How much was reported and closed in the subtree of every unit, by month.
WITH RECURSIVE above (place, unit_code) AS (
    SELECT code, code FROM units
    UNION ALL
    SELECT above.place, units.parent_code
    FROM above JOIN units ON units.code = above.unit_code
    WHERE units.parent_code IS NOT NULL
)
INSERT INTO report_month_counts (unit_code, month_on, category_code, sent_in, closed_since, closed)
SELECT above.unit_code, month_on, category_code, sum(sent_in), sum(closed_since), sum(closed)
FROM (
    SELECT
        unit_code, category_code, CAST(date_trunc('month', submitted_at AT TIME ZONE :zone) AS date) AS month_on,
        count(*) AS sent_in, count(closed_at) AS closed_since, 0 AS closed
    FROM reports
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT
        unit_code, category_code, CAST(date_trunc('month', closed_at AT TIME ZONE :zone) AS date), 0, 0, count(*)
    FROM reports
    WHERE closed_at IS NOT NULL
    GROUP BY 1, 2, 3
) AS counted
JOIN above ON above.place = counted.unit_code
GROUP BY 1, 2, 3
