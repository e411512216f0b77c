// The questions of bench/behaviour.sh for ClickHouse, over the rows of table touch, which is ordered by
// (customer_id, at), and over table journey with arrays of one customer each.
//
// A group of the rows comes in the order of the table, since the aggregation follows it: groupArray
// then needs no sorting. TOUCHPOINT_ENUM stands for the type of the column.

const names = ['search', 'product', 'cart', 'checkout'];
const list = names.map((name) => `'${name}'`).join(', ');
const conditions = names.map((name) => `touchpoint = '${name}'`).join(', ');
const flags = names.map((name) => `arrayMap(x -> x = '${name}', touchpoint)`).join(', ');

const reached = (depths) => `SELECT step, count() AS n FROM (${depths}) ARRAY JOIN range(1, depth + 1) AS step GROUP BY step`;

const pairs = (journeys) => `
    SELECT source, target, count() AS n FROM (SELECT touchpoint FROM ${journeys})
    ARRAY JOIN arrayPopBack(touchpoint) AS source, arrayPopFront(touchpoint) AS target GROUP BY source, target`;

// limits in seconds: at begins a session if the time since the touch before is greater
const sessionsOf = (journeys) => `
    SELECT sum(arrayCount(x -> x > 1800, since)), sum(length(since)), sum(arrayCount((x, y) -> x > 1800 AND y > 1800, since, until))
    FROM (SELECT arrayPushFront(gaps, 1801) AS since, arrayPushBack(gaps, 1801) AS until
          FROM (SELECT arrayPopFront(arrayDifference(at)) AS gaps FROM ${journeys}))`;

const cohorts = (journeys) => `
    SELECT cohort, month - first AS period, count() AS n
    FROM (SELECT toStartOfMonth(at[1]) AS cohort, arrayCompact(arrayMap(x -> toRelativeMonthNum(x), at)) AS months, months[1] AS first
          FROM ${journeys})
    ARRAY JOIN months AS month GROUP BY cohort, period`;

// the names only of those that are shown; equal counts are all kept first, so that names decide
const commonest = (paths) => `
    SELECT n, arrayStringConcat(path, ' > ') FROM (
        SELECT n, arrayMap(x -> toString(x), path) AS path FROM (
            SELECT path, count() AS n FROM (${paths}) GROUP BY path ORDER BY n DESC LIMIT 10 WITH TIES))
    ORDER BY n DESC, path LIMIT 10`;

const grouped = (columns) => `(SELECT ${columns.map((c) => `groupArray(${c}) AS ${c}`).join(', ')} FROM touch GROUP BY customer_id)`;

export const clickhouse = {
    funnel: {
        'rows: windowFunnel': reached(`SELECT windowFunnel(604800)(at, ${conditions}) AS depth FROM touch GROUP BY customer_id`),
        'rows: windowFunnel, WHERE': reached(
            `SELECT windowFunnel(604800)(at, ${conditions}) AS depth FROM touch WHERE touchpoint IN (${list}) GROUP BY customer_id`),
        'arrays: arrayReduce(windowFunnel)': reached(`SELECT arrayReduce('windowFunnel(604800)', at, ${flags}) AS depth FROM journey`),
        'arrays: arrayFold': reached(`
            SELECT arrayFold((a, t, x) -> multiIf(
                       x = 'search', (t, a.2, a.3, greatest(a.4, 1)),
                       x = 'product' AND t <= a.1 + 604800, (a.1, a.1, a.3, greatest(a.4, 2)),
                       x = 'cart' AND t <= a.2 + 604800, (a.1, a.2, a.2, greatest(a.4, 3)),
                       x = 'checkout' AND t <= a.3 + 604800, (a.1, a.2, a.3, toUInt8(4)), a),
                   at, touchpoint, (toDateTime(0, 'UTC'), toDateTime(0, 'UTC'), toDateTime(0, 'UTC'), toUInt8(0))).4 AS depth
            FROM journey`),
    },
    flow: {
        'rows: leadInFrame': `
            SELECT source, target, count() AS n
            FROM (SELECT touchpoint AS source, leadInFrame(toNullable(touchpoint)) OVER (PARTITION BY customer_id ORDER BY at
                         ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS target FROM touch)
            WHERE target IS NOT NULL GROUP BY source, target`,
        'rows: groupArray': pairs(grouped(['touchpoint'])),
        'arrays: ARRAY JOIN': pairs('journey'),
        'arrays: ARRAY JOIN of numbered pairs': `
            SELECT CAST(toInt8(intDiv(pair, 256)) AS TOUCHPOINT_ENUM), CAST(toInt8(pair % 256) AS TOUCHPOINT_ENUM), n
            FROM (SELECT pair, count() AS n FROM journey
                  ARRAY JOIN arrayMap((x, y) -> toUInt16(toUInt8(x)) * 256 + toUInt8(y), arrayPopBack(touchpoint), arrayPopFront(touchpoint)) AS pair
                  GROUP BY pair)`,
    },
    sessions: {
        'rows: lagInFrame': `
            SELECT countIf(since > 1800), count(), countIf(since > 1800 AND until > 1800)
            FROM (SELECT if(before = 0, 1801, toUInt32(at) - before) AS since, if(after = 0, 1801, after - toUInt32(at)) AS until
                  FROM (SELECT at, toUInt32(lagInFrame(at) OVER w) AS before, toUInt32(leadInFrame(at) OVER w) AS after FROM touch
                        WINDOW w AS (PARTITION BY customer_id ORDER BY at ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)))`,
        'rows: groupArray': sessionsOf(grouped(['at'])),
        'arrays: arrayDifference': sessionsOf('journey'),
    },
    retention: {
        'rows: GROUP BY month': `
            SELECT cohort, period, count() AS n
            FROM (SELECT toStartOfMonth(min(first) OVER (PARTITION BY customer_id)) AS cohort,
                         month - min(month) OVER (PARTITION BY customer_id) AS period
                  FROM (SELECT customer_id, toRelativeMonthNum(at) AS month, min(at) AS first FROM touch GROUP BY customer_id, month))
            GROUP BY cohort, period`,
        'rows: groupUniqArray': `
            SELECT cohort, month - first AS period, count() AS n
            FROM (SELECT toStartOfMonth(min(at)) AS cohort, toRelativeMonthNum(min(at)) AS first,
                         groupUniqArray(toRelativeMonthNum(at)) AS months FROM touch GROUP BY customer_id)
            ARRAY JOIN months AS month GROUP BY cohort, period`,
        'rows: groupArray': cohorts(grouped(['at'])),
        'arrays: arrayCompact': cohorts('journey'),
        'arrays: arrayDistinct': cohorts('journey').replace('arrayCompact', 'arrayDistinct'),
    },
    preceded: {
        'rows: windowFunnel': `
            SELECT countIf(depth = 2) FROM (SELECT windowFunnel(86400)(at, channel = 'web', touchpoint = 'call') AS depth
                                            FROM touch GROUP BY customer_id)`,
        'rows: windowFunnel, WHERE': `
            SELECT countIf(depth = 2) FROM (SELECT windowFunnel(86400)(at, channel = 'web', touchpoint = 'call') AS depth
                                            FROM touch WHERE channel = 'web' OR touchpoint = 'call' GROUP BY customer_id)`,
        'rows: sequenceMatch': `
            SELECT countIf(found) FROM (SELECT sequenceMatch('(?1)(?t<=86400)(?2)')(at, channel = 'web', touchpoint = 'call') AS found
                                        FROM touch GROUP BY customer_id)`,
        'arrays: arrayReduce(windowFunnel)': `
            SELECT countIf(arrayReduce('windowFunnel(86400)', at, arrayMap(x -> x = 'web', channel), arrayMap(x -> x = 'call', touchpoint)) = 2)
            FROM journey`,
    },
    repeat: {
        'rows: groupArray, WHERE': `
            SELECT countIf(arrayExists(x -> x <= 604800, arrayPopFront(arrayDifference(calls))))
            FROM (SELECT groupArray(at) AS calls FROM touch WHERE touchpoint = 'call' GROUP BY customer_id)`,
        'arrays: arrayFilter': `
            SELECT countIf(arrayExists(x -> x <= 604800, arrayPopFront(arrayDifference(arrayFilter((t, x) -> x = 'call', at, touchpoint)))))
            FROM journey`,
    },
    paths: {
        'rows: groupArray(5)': commonest('SELECT groupArray(5)(touchpoint) AS path FROM touch GROUP BY customer_id'),
        'rows: LIMIT 5 BY': commonest(`
            SELECT groupArray(touchpoint) AS path FROM (SELECT customer_id, touchpoint FROM touch ORDER BY customer_id, at LIMIT 5 BY customer_id)
            GROUP BY customer_id`),
        'arrays: arraySlice': commonest('SELECT arraySlice(touchpoint, 1, 5) AS path FROM journey'),
    },
};
