-- Years of reports as the rooms would have left them, without a call for each: their steps, duties, entries, counts.
-- What stands in the temporary tables lives, life_steps, life_duties, due_days, officers and parts is put there before.

CREATE FUNCTION pg_temp.an_id(moment timestamptz, number bigint) RETURNS uuid LANGUAGE sql
RETURN CAST(
    lpad(to_hex(CAST(floor(extract(epoch FROM moment) * 1000) AS bigint)), 12, '0')
    || '7' || lpad(to_hex(number % 4096), 3, '0') || '8' || lpad(to_hex(number), 15, '0') AS uuid
);

CREATE FUNCTION pg_temp.some(number bigint, many bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN (CAST(hashint8(number) AS bigint) & 2147483647) % many;

CREATE TEMPORARY TABLE places AS
SELECT row_number() OVER (ORDER BY unit.code) - 1 AS place, unit.code AS unit_code, unit.parent_code AS command_code
FROM units AS unit
WHERE unit.level = 'community';

CREATE TEMPORARY TABLE services AS
SELECT
    row_number() OVER (ORDER BY code) - 1 AS place, code, department_code, normal_days, serious_days, urgent_days,
    dispatch_days, is_private,
    (
        SELECT min(other.code) FROM units AS other
        WHERE other.level = 'department' AND (other.code > report_categories.department_code)
    ) AS next_code
FROM report_categories
WHERE version = 1 AND parent_code IS NOT NULL;

CREATE TEMPORARY TABLE reporters AS
SELECT row_number() OVER (ORDER BY number) - 1 AS place, id FROM residents;

CREATE TEMPORARY TABLE plan AS
SELECT
    n, moment, life, factor, unit_code, command_code, category_code, department_code, other_code,
    is_private, is_anonymous, channel, severity,
    CASE severity WHEN 'normal' THEN normal_days WHEN 'serious' THEN serious_days ELSE urgent_days END AS list_days,
    dispatch_days,
    CASE WHEN is_anonymous OR channel <> 'resident' THEN NULL ELSE reporters.id END AS resident_id,
    CASE WHEN is_anonymous THEN date_trunc('day', moment, :zone) ELSE moment END AS submitted_at,
    pg_temp.an_id(CASE WHEN is_anonymous THEN date_trunc('day', moment, :zone) ELSE moment END, n) AS id
FROM (
    SELECT
        n,
        CAST(:begin AS timestamptz) + n * CAST(:gap_s AS double precision) * interval '1 second' AS moment,
        CASE WHEN n < 100 AND lives.life = 'merged' THEN 'rejected' ELSE lives.life END AS life,
        0.5 + pg_temp.some(n * 5, 1024) / 1024.0 AS factor,
        places.unit_code, places.command_code,
        services.code AS category_code, services.department_code,
        coalesce(services.next_code, (SELECT min(code) FROM units WHERE level = 'department')) AS other_code,
        services.is_private, services.normal_days, services.serious_days, services.urgent_days, services.dispatch_days,
        pg_temp.some(n * 7, 100) < 3 AS is_anonymous,
        CASE
            WHEN pg_temp.some(n * 7, 100) < 70 THEN 'resident'
            WHEN pg_temp.some(n * 7, 100) < 90 THEN 'open311'
            ELSE 'officer'
        END AS channel,
        CASE
            WHEN pg_temp.some(n * 11, 100) < 85 THEN 'normal'
            WHEN pg_temp.some(n * 11, 100) < 97 THEN 'serious'
            ELSE 'urgent'
        END AS severity
    FROM generate_series(1, CAST(:reports AS bigint)) AS numbers (n)
    JOIN lives ON lives.place = (n * 61) % 100
    JOIN places ON places.place = pg_temp.some(n, (SELECT count(*) FROM places))
    JOIN services ON services.place = pg_temp.some(n * 3, (SELECT count(*) FROM services))
) AS numbered
JOIN reporters ON reporters.place = CASE WHEN n % 2000 = 7 THEN 0 ELSE pg_temp.some(n * 13, :residents) END;

CREATE TEMPORARY TABLE begun AS
SELECT
    plan.n, life_duties.duty, life_duties.days, life_duties.is_call, life_duties.how, plan.id AS report_id,
    CASE life_duties.unit
        WHEN 'command' THEN plan.command_code WHEN 'department' THEN plan.department_code ELSE plan.other_code
    END AS unit_code,
    due_days.due_on,
    moment + begins * factor * interval '1 hour' AS charged_at,
    CAST((moment + begins * factor * interval '1 hour') AT TIME ZONE :zone AS date) AS charged_on,
    moment + handled * factor * interval '1 hour' AS handled_at,
    moment + returned * factor * interval '1 hour' AS returned_at,
    moment + again * factor * interval '1 hour' AS again_at,
    moment + ends * factor * interval '1 hour' AS ended_at
FROM plan
JOIN life_duties USING (life)
JOIN due_days ON due_days.day = CAST((moment + begins * factor * interval '1 hour') AT TIME ZONE :zone AS date)
    AND due_days.working_days = CASE life_duties.days WHEN 'dispatch' THEN dispatch_days ELSE list_days END
WHERE moment + begins * factor * interval '1 hour' <= :now;

CREATE TEMPORARY TABLE spans AS
SELECT
    begun.n, begun.duty, begun.unit_code, begun.is_call, begun.charged_at,
    CASE
        WHEN begun.days = 'kept' AND begun.charged_on <= before.due_on THEN before.due_on
        WHEN begun.days = 'later' THEN greatest(before.due_on, begun.charged_on) + 10
        ELSE begun.due_on
    END AS due_on,
    CASE
        WHEN begun.again_at <= :now THEN begun.again_at
        WHEN begun.returned_at <= :now THEN NULL
        WHEN begun.handled_at <= :now THEN begun.handled_at
    END AS handled_at,
    CASE WHEN begun.ended_at <= :now THEN begun.ended_at END AS ended_at,
    begun.how,
    CASE WHEN begun.is_call THEN pg_temp.an_id(begun.charged_at, begun.n) ELSE begun.report_id END AS matter_id
FROM begun
LEFT JOIN begun AS before ON before.n = begun.n AND before.duty = begun.duty - 1;

CREATE TEMPORARY TABLE made AS
SELECT
    plan.n, number, kind, status, step.by_whom, step.duty, plan.id AS report_id, plan.command_code, at.made_at,
    CAST(at.made_at AT TIME ZONE :zone AS date) AS made_on,
    pg_temp.an_id(at.made_at, plan.n * 16 + number) AS id,
    span.unit_code, span.due_on, before.unit_code AS old_unit_code, before.due_on AS old_due_on,
    CASE WHEN kind LIKE 'call%' THEN span.matter_id END AS call_id,
    CASE
        WHEN step.effect = 'move' AND CAST(at.made_at AT TIME ZONE :zone AS date) > before.due_on THEN 'lapse'
        WHEN step.effect = 'move' AND before.unit_code = span.unit_code THEN 'postpone'
        WHEN step.effect = 'discharge' AND CAST(span.handled_at AT TIME ZONE :zone AS date) <= span.due_on THEN 'met'
        WHEN step.effect = 'discharge' THEN 'missed'
        ELSE step.effect
    END AS effect
FROM plan
JOIN life_steps AS step USING (life)
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN step.by_whom = 'reporter' AND plan.is_anonymous
        THEN date_trunc('day', moment + step.hours * factor * interval '1 hour', :zone)
        ELSE moment + step.hours * factor * interval '1 hour'
    END AS made_at
) AS at
LEFT JOIN spans AS span ON span.n = plan.n AND span.duty = step.duty
LEFT JOIN spans AS before ON before.n = plan.n AND before.duty = step.duty - 1 AND step.effect = 'move'
WHERE moment + step.hours * factor * interval '1 hour' <= :now;

CREATE TEMPORARY TABLE last AS
SELECT n, max(number) AS number FROM made GROUP BY n;

ANALYZE plan, spans, made, last;

INSERT INTO reports (
    id, number, list_version, category_code, description, unit_code, address, latitude, longitude, channel, resident_id,
    submitted_at, status, severity, command_code, department_code, merged_into_id, closed_at, is_anonymous,
    is_confidential, is_urgent, is_led
)
SELECT
    plan.id, to_char(plan.moment AT TIME ZONE :zone, 'YYMMDD') || lpad(CAST(plan.n % 1000000 AS text), 6, '0'), 1,
    plan.category_code, '井盖没了，第 ' || plan.n || ' 件', plan.unit_code, '涑水街 ' || plan.n % 997 || ' 号',
    34.8 + plan.n % 997 / 10000.0, 110.4 + plan.n % 991 / 10000.0, plan.channel, plan.resident_id, plan.submitted_at,
    made.status,
    CASE WHEN is_accepted THEN plan.severity END,
    CASE WHEN is_accepted THEN plan.command_code END,
    CASE WHEN is_accepted AND plan.life <> 'led' AND made.number > 2 THEN held.unit_code END,
    CASE WHEN made.status = 'merged' THEN other.id END,
    CASE WHEN made.status = 'closed' THEN made.made_at END,
    plan.is_anonymous, plan.resident_id IS NOT NULL AND plan.n % 100 = 17, plan.n % 200 = 3,
    plan.life = 'led' AND made.number > 2
FROM plan
JOIN last USING (n)
JOIN made USING (n, number)
CROSS JOIN LATERAL (SELECT made.number > 1 AND plan.life NOT IN ('rejected', 'merged') AS is_accepted) AS facts
LEFT JOIN spans AS held ON held.n = plan.n AND held.duty = made.duty
LEFT JOIN plan AS other ON plan.life = 'merged' AND other.n = (plan.n / 100 - 1) * 100 + 50
ORDER BY plan.n;

INSERT INTO report_steps (
    id, report_id, number, kind, made_by, made_at, status, unit_code, old_due_on, due_on, note, entry_id, call_id
)
SELECT
    made.id, made.report_id, made.number, made.kind,
    coalesce(officers.actor, 'resident:' || replace(CAST(plan.resident_id AS text), '-', ''), 'nobody'),
    made.made_at, made.status, made.unit_code, made.old_due_on,
    CASE WHEN made.effect IN ('charge', 'move', 'postpone', 'lapse') THEN made.due_on END,
    CASE WHEN made.effect IN ('handle', 'give_back') OR made.kind = 'rejection' THEN '已经看过' END,
    CASE WHEN made.effect IS NOT NULL THEN made.id END, made.call_id
FROM made
JOIN plan USING (n)
LEFT JOIN officers ON officers.role = made.by_whom
    AND officers.unit_code = CASE made.by_whom WHEN 'handler' THEN made.unit_code ELSE plan.command_code END
ORDER BY made.made_at, made.id;

INSERT INTO report_calls (id, report_id, unit_code, state, called_at)
SELECT
    span.matter_id, plan.id, span.unit_code,
    (
        array_agg(
            CASE made.kind
                WHEN 'call' THEN 'called' WHEN 'call_acknowledgement' THEN 'acknowledged'
                WHEN 'call_handling' THEN 'handled' ELSE 'accepted'
            END ORDER BY made.number DESC
        )
    )[1],
    span.charged_at
FROM spans AS span
JOIN plan USING (n)
JOIN made ON made.n = span.n AND made.call_id = span.matter_id
WHERE span.is_call
GROUP BY span.matter_id, plan.id, span.unit_code, span.charged_at;

INSERT INTO duties (id, matter_id, unit_code, due_on, charged_at, handled_at, ended_at, outcome)
SELECT
    pg_temp.an_id(charged_at, n * 4 + duty), matter_id, unit_code, due_on, charged_at, handled_at, ended_at,
    CASE
        WHEN ended_at IS NULL THEN NULL
        WHEN how = 'withdraw' THEN 'withdrawn'
        WHEN how = 'move' AND CAST(ended_at AT TIME ZONE :zone AS date) <= due_on THEN 'moved'
        WHEN how = 'discharge' AND CAST(handled_at AT TIME ZONE :zone AS date) <= due_on THEN 'met'
        ELSE 'missed'
    END
FROM spans
ORDER BY charged_at;
