-- What else hangs on those reports: who joined, what was asked, ordered, escalated, rated and answered, the digests.

INSERT INTO outside_reports (report_id, sender, external_id, photos_missing)
SELECT id, :outside, CAST(n AS text), 0
FROM plan
WHERE channel = 'open311'
ORDER BY n;

INSERT INTO report_joins (id, report_id, resident_id, evidence, state, joined_at, decided_by, decided_at)
SELECT
    pg_temp.an_id(joined_at, plan.n), plan.id, reporters.id,
    CASE WHEN plan.n % 30 = 9 THEN '我也看见了' END,
    CASE WHEN plan.n % 30 <> 9 THEN 'following' WHEN is_decided THEN 'accepted' ELSE 'asked' END,
    joined_at,
    CASE WHEN plan.n % 30 = 9 AND is_decided THEN officers.actor END,
    CASE WHEN plan.n % 30 = 9 AND is_decided THEN joined_at + interval '1 day' END
FROM plan
CROSS JOIN LATERAL (
    SELECT plan.moment + interval '6 hours' AS joined_at, plan.moment + interval '30 hours' <= :now AS is_decided
) AS times
JOIN reporters ON reporters.place = pg_temp.some(plan.n * 17, :residents)
JOIN officers ON officers.role = 'supervisor' AND officers.unit_code = plan.command_code
WHERE plan.n % 10 = 9 AND NOT plan.is_private AND reporters.id IS DISTINCT FROM plan.resident_id
    AND joined_at <= :now;

INSERT INTO report_requests (
    id, report_id, kind, due_on, reason, asked_by, asked_at, is_approved, decided_by, decided_at
)
SELECT
    pg_temp.an_id(step.made_at, plan.n), plan.id, step.kind, step.due_on, '要等材料', other.actor,
    step.made_at - interval '1 hour', TRUE, step.made_by, step.made_at
FROM plan
JOIN report_steps AS step ON step.report_id = plan.id AND step.kind IN ('postponement', 'withdrawal')
CROSS JOIN (SELECT actor FROM officers WHERE role = 'supervisor' AND unit_code = :county) AS other
WHERE plan.life IN ('postponed', 'withdrawn');

INSERT INTO report_requests (id, report_id, kind, due_on, reason, asked_by, asked_at)
SELECT
    pg_temp.an_id(:now, plan.n), plan.id, 'postponement', CAST(:now AS date) + 20, '要等材料', officers.actor, :now
FROM plan
JOIN reports ON reports.id = plan.id
JOIN officers ON officers.role = 'supervisor' AND officers.unit_code = plan.command_code
WHERE reports.status IN ('acknowledged', 'dispatched') AND pg_temp.some(plan.n * 43, 100) < 1;

INSERT INTO escalations (
    id, kind, matter_id, duty_id, from_unit_code, to_unit_code, due_on, raised_on, raised_at
)
SELECT
    pg_temp.an_id(late.raised_at, row_number() OVER (ORDER BY duties.id)), 'overdue', matter_id, duties.id,
    duties.unit_code, units.parent_code, due_on, due_on + 1, late.raised_at
FROM duties
JOIN units ON units.code = duties.unit_code
CROSS JOIN LATERAL (SELECT (duties.due_on + 1 + time '03:00') AT TIME ZONE :zone AS raised_at) AS late
WHERE late.raised_at <= :now AND coalesce(duties.handled_at, duties.ended_at, :now) > late.raised_at;

INSERT INTO escalations (id, kind, matter_id, from_unit_code, to_unit_code, raised_on, raised_at)
SELECT
    pg_temp.an_id(moment, 1000000000 + n), 'urgent', id, unit_code, command_code,
    CAST(moment AT TIME ZONE :zone AS date), moment
FROM plan
WHERE n % 200 = 3;

INSERT INTO orders (
    id, matter_id, place_code, unit_code, is_to_command, words, due_on, ordered_by, ordered_at, answer, answered_by,
    answered_at
)
SELECT
    pg_temp.an_id(duties.charged_at, plan.n), plan.id, plan.unit_code, duties.unit_code, FALSE, '请三日内报告',
    CAST(duties.charged_at AT TIME ZONE :zone AS date) + 3, other.actor, duties.charged_at,
    CASE WHEN duties.ended_at IS NOT NULL THEN '已办' END,
    CASE WHEN duties.ended_at IS NOT NULL THEN officers.actor END, duties.ended_at
FROM plan
JOIN duties ON duties.matter_id = plan.id
JOIN officers ON officers.role = 'handler' AND officers.unit_code = duties.unit_code
CROSS JOIN (SELECT actor FROM officers WHERE role = 'supervisor' AND unit_code = :county) AS other
WHERE plan.n % 100 = 33 AND duties.outcome IS DISTINCT FROM 'moved';

INSERT INTO report_ratings (id, report_id, closure_id, stars, rated_at)
SELECT
    pg_temp.an_id(made_at + interval '1 day', row_number() OVER (ORDER BY step.id)), plan.id, step.id,
    5 - pg_temp.some(plan.n * 19, 5) * pg_temp.some(plan.n * 23, 4) / 3, made_at + interval '1 day'
FROM plan
JOIN report_steps AS step ON step.report_id = plan.id AND step.kind = 'closure'
WHERE plan.channel = 'resident' AND pg_temp.some(plan.n * 29 + step.number, 100) < 30
    AND made_at + interval '1 day' <= :now
ORDER BY made_at;

INSERT INTO call_back_seed (number, seed, made_at) VALUES (1, :seed, :begin);

INSERT INTO call_backs (
    id, report_id, closure_id, drawn_at, is_reached, is_resolved, is_satisfied, answered_by, answered_at
)
SELECT
    pg_temp.an_id(drawn_at, row_number() OVER (ORDER BY step.id)), plan.id, step.id, drawn_at, is_reached,
    CASE WHEN is_reached THEN pg_temp.some(plan.n * 37, 100) < 80 END,
    CASE WHEN is_reached THEN pg_temp.some(plan.n * 41, 100) < 75 END,
    CASE WHEN is_reached IS NOT NULL THEN other.actor END,
    CASE WHEN is_reached IS NOT NULL THEN drawn_at + interval '2 days' END
FROM plan
JOIN reports ON reports.id = plan.id AND NOT reports.is_confidential
JOIN report_steps AS step ON step.report_id = plan.id AND step.kind = 'closure'
CROSS JOIN (SELECT actor FROM officers WHERE role = 'supervisor' AND unit_code = :county) AS other
CROSS JOIN LATERAL (SELECT step.made_at + interval '12 hours' AS drawn_at) AS drawn
CROSS JOIN LATERAL (
    SELECT CASE WHEN drawn_at + interval '2 days' <= :now THEN pg_temp.some(plan.n * 31, 100) < 70 END AS is_reached
) AS said
WHERE plan.resident_id IS NOT NULL AND drawn_at <= :now
    -- As `listening.drawing` draws them.
    AND substring(
        sha256(CAST(:outer AS bytea) || sha256(CAST(:inner AS bytea) || uuid_send(plan.id))) FROM 1 FOR 8
    ) <= '\x1999999999999999'
ORDER BY drawn_at;

INSERT INTO unit_digests (
    id, unit_code, week_on, written_at, charged, discharged_on_time, discharged_late, moved_away, withdrawn, open,
    handled, open_overdue, responded, response_due, resolved, resolution_known, satisfied, rated, not_reached
)
SELECT
    pg_temp.an_id(written_at, row_number() OVER (ORDER BY week_on, unit_code)), unit_code, week_on, written_at,
    60, 50, 5, 2, 1, 20, 10, 2, 45, 50, 4, 5, 12, 15, 2
FROM (SELECT DISTINCT unit_code FROM parts WHERE unit_code <> '') AS units
CROSS JOIN (
    SELECT CAST(monday AS date) AS week_on, monday + interval '171 hours' AS written_at
    FROM generate_series(
        date_trunc('week', CAST(:begin AS timestamptz), :zone) + interval '7 days',
        date_trunc('week', CAST(:now AS timestamptz), :zone) - interval '7 days', interval '7 days'
    ) AS mondays (monday)
) AS weeks;

INSERT INTO unit_digest_overdue (digest_id, report_id, due_on)
SELECT digest.id, plan.id, digest.week_on
FROM unit_digests AS digest
JOIN plan ON plan.n BETWEEN 1 AND 5
