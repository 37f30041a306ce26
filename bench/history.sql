-- A history as posting would have left it, without posting each: awards of 1 cent, to one resident after another.

CREATE TEMPORARY TABLE takers AS
SELECT row_number() OVER (ORDER BY number) - 1 AS place, id AS resident, available_account_id AS account
FROM residents;

CREATE TEMPORARY TABLE made AS
SELECT
    n,
    CAST(
        lpad(to_hex(1767225600000 + n), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0')
        || '8' || lpad(to_hex(n), 15, '0') AS uuid
    ) AS id,
    CAST(:begin AS timestamptz) + n * interval '1 microsecond' AS moment,
    takers.account AS taker,
    takers.resident
FROM generate_series(0, CAST(:entries AS bigint) - 1) AS numbers (n)
JOIN takers ON takers.place = n % :residents;

INSERT INTO journal_entries (id, kind, description, actor, occurred_at, recorded_at)
SELECT id, 'award', '', :officer, moment, moment
FROM made
ORDER BY n;

INSERT INTO awards (
    id, resident_id, fund_code, amount, reason, status, expires_on, entry_id, granted_by, granted_at
)
SELECT id, resident, 'peace', 1, 'A report', 'posted', CAST(:last_day AS date), id, :officer, moment
FROM made
ORDER BY n;

INSERT INTO postings (entry_id, line, account_id, asset, lot, side, amount, seq, balance_after)
SELECT id, 1, CAST(:giver AS bigint), 'PAB', CAST(:giver_lot AS text), 'debit', 1, n + 2, :money - n - 1
FROM made
UNION ALL
SELECT id, 2, taker, 'PAB', CAST(:taker_lot AS text), 'credit', 1, n / :residents + 1, n / :residents + 1
FROM made
ORDER BY 1, 2;

UPDATE accounts
SET balance = sums.entries, seq = sums.entries, recorded_at = sums.latest
FROM (SELECT taker, count(*) AS entries, max(moment) AS latest FROM made GROUP BY taker) AS sums
WHERE accounts.id = sums.taker;

INSERT INTO account_lots (account_id, lot, balance)
SELECT taker, CAST(:taker_lot AS text), count(*)
FROM made
GROUP BY taker;

UPDATE accounts
SET balance = balance - :entries, seq = seq + :entries, recorded_at = (SELECT max(moment) FROM made)
WHERE id = :giver;

UPDATE account_lots
SET balance = balance - :entries
WHERE account_id = :giver
