// The questions of bench/behaviour.sh for DuckDB, over the rows of table touch, loaded in the order of
// customer and time, and over table journey with lists of one customer each.

const steps = "('search', 'product', 'cart', 'checkout')";
const reached = (depths) =>
    `SELECT step, count(*) AS n FROM (SELECT unnest(range(1, depth + 1)) AS step FROM (${depths}) AS d) AS s GROUP BY step`;

const frame = 'PARTITION BY customer_id ORDER BY ts ROWS UNBOUNDED PRECEDING';
const days7 = "INTERVAL '168 hours'";

// what a touch adds to the chain kept so far: the latest start to have got to each step, and the depth
const fold = (a, t, x) => {
    const chain = (start1, start2, start3, depth) => `{x: NULL::touchpoint_enum, t: ${start1}, s2: ${start2}, s3: ${start3}, depth: ${depth}}`;
    return `CASE WHEN ${x} = 'search' THEN ${chain(t, `${a}.s2`, `${a}.s3`, `greatest(${a}.depth, 1)`)}
                 WHEN ${x} = 'product' AND ${t} <= ${a}.t + ${days7} THEN ${chain(`${a}.t`, `${a}.t`, `${a}.s3`, `greatest(${a}.depth, 2)`)}
                 WHEN ${x} = 'cart' AND ${t} <= ${a}.s2 + ${days7} THEN ${chain(`${a}.t`, `${a}.s2`, `${a}.s2`, `greatest(${a}.depth, 3)`)}
                 WHEN ${x} = 'checkout' AND ${t} <= ${a}.s3 + ${days7} THEN ${chain(`${a}.t`, `${a}.s2`, `${a}.s3`, 4)}
                 ELSE ${a} END`;
};
const nobody = '{x: NULL::touchpoint_enum, t: NULL::TIMESTAMP, s2: NULL::TIMESTAMP, s3: NULL::TIMESTAMP, depth: 0}';
const before = '{x: e[1], t: e[2], s2: NULL::TIMESTAMP, s3: NULL::TIMESTAMP, depth: 0}';

// the names only of those that are shown; equal counts are all kept first, so that names decide
const commonest = (paths) => `
    SELECT n, array_to_string(path, ' > ') AS path
    FROM (SELECT path::VARCHAR[] AS path, n FROM (SELECT path, count(*) AS n FROM (${paths}) AS p GROUP BY path) AS c
          QUALIFY rank() OVER (ORDER BY n DESC) <= 10) AS x
    ORDER BY n DESC, x.path LIMIT 10`;

const period = (first, month) => `(year(${month}) - year(${first})) * 12 + month(${month}) - month(${first})`;

export const duckdb = {
    funnel: {
        'rows: window functions': reached(`
            WITH one AS (SELECT customer_id, ts, touchpoint, max(ts) FILTER (WHERE touchpoint = 'search') OVER (${frame}) AS start1
                         FROM touch WHERE touchpoint IN ${steps}),
            two AS (SELECT *, max(start1) FILTER (WHERE touchpoint = 'product' AND ts <= start1 + ${days7}) OVER (${frame}) AS start2 FROM one),
            three AS (SELECT *, max(start2) FILTER (WHERE touchpoint = 'cart' AND ts <= start2 + ${days7}) OVER (${frame}) AS start3 FROM two)
            SELECT max(CASE WHEN touchpoint = 'checkout' AND ts <= start3 + ${days7} THEN 4 WHEN start3 IS NOT NULL THEN 3
                            WHEN start2 IS NOT NULL THEN 2 WHEN start1 IS NOT NULL THEN 1 END) AS depth
            FROM three GROUP BY customer_id`),
        'rows: ASOF joins': reached(`
            WITH two AS (SELECT b.customer_id, b.ts, a.ts AS start FROM (SELECT * FROM touch WHERE touchpoint = 'product') AS b
                         ASOF JOIN (SELECT * FROM touch WHERE touchpoint = 'search') AS a ON a.customer_id = b.customer_id AND b.ts > a.ts
                         WHERE b.ts <= a.ts + ${days7}),
            three AS (SELECT c.customer_id, c.ts, b.start FROM (SELECT * FROM touch WHERE touchpoint = 'cart') AS c
                      ASOF JOIN two AS b ON b.customer_id = c.customer_id AND c.ts > b.ts WHERE c.ts <= b.start + ${days7}),
            four AS (SELECT d.customer_id FROM (SELECT * FROM touch WHERE touchpoint = 'checkout') AS d
                     ASOF JOIN three AS c ON c.customer_id = d.customer_id AND d.ts > c.ts WHERE d.ts <= c.start + ${days7})
            SELECT max(depth) AS depth
            FROM (SELECT customer_id, 1 AS depth FROM touch WHERE touchpoint = 'search' UNION ALL SELECT customer_id, 2 FROM two
                  UNION ALL SELECT customer_id, 3 FROM three UNION ALL SELECT customer_id, 4 FROM four) AS x
            GROUP BY customer_id`),
        'lists: list_reduce': reached(`
            SELECT list_reduce(list_transform(list_zip(touchpoint, ts), lambda e: ${before}),
                               lambda a, e: ${fold('a', 'e.t', 'e.x')}, ${nobody}).depth AS depth
            FROM journey`),
        'lists: list_filter, list_reduce': reached(`
            SELECT list_reduce(list_transform(list_filter(list_zip(touchpoint, ts), lambda e: e[1] IN ${steps}), lambda e: ${before}),
                               lambda a, e: ${fold('a', 'e.t', 'e.x')}, ${nobody}).depth AS depth
            FROM journey`),
        'lists: unnest, window functions': reached(`
            WITH touches AS (SELECT * FROM (SELECT customer_id, unnest(ts) AS ts, unnest(touchpoint) AS touchpoint FROM journey) AS u
                             WHERE touchpoint IN ${steps}),
            one AS (SELECT *, max(ts) FILTER (WHERE touchpoint = 'search') OVER (${frame}) AS start1 FROM touches),
            two AS (SELECT *, max(start1) FILTER (WHERE touchpoint = 'product' AND ts <= start1 + ${days7}) OVER (${frame}) AS start2 FROM one),
            three AS (SELECT *, max(start2) FILTER (WHERE touchpoint = 'cart' AND ts <= start2 + ${days7}) OVER (${frame}) AS start3 FROM two)
            SELECT max(CASE WHEN touchpoint = 'checkout' AND ts <= start3 + ${days7} THEN 4 WHEN start3 IS NOT NULL THEN 3
                            WHEN start2 IS NOT NULL THEN 2 WHEN start1 IS NOT NULL THEN 1 END) AS depth
            FROM three GROUP BY customer_id`),
    },
    flow: {
        'rows: lead': `
            SELECT source, target, count(*) AS n
            FROM (SELECT touchpoint AS source, lead(touchpoint) OVER (PARTITION BY customer_id ORDER BY ts) AS target FROM touch) AS x
            WHERE target IS NOT NULL GROUP BY 1, 2`,
        'lists: unnest': `
            SELECT source, target, count(*) AS n
            FROM (SELECT unnest(touchpoint[:-2]) AS source, unnest(touchpoint[2:]) AS target FROM journey) AS x GROUP BY 1, 2`,
        'lists: unnest, one column': `
            SELECT pair[1], pair[2], count(*) AS n
            FROM (SELECT unnest(list_zip(touchpoint[:-2], touchpoint[2:])) AS pair FROM journey) AS x GROUP BY 1, 2`,
    },
    sessions: {
        'rows: lag and lead': `
            SELECT count(*) FILTER (WHERE begins), count(*), count(*) FILTER (WHERE begins AND ends)
            FROM (SELECT coalesce(ts > lag(ts) OVER w + INTERVAL '30 minutes', true) AS begins,
                         coalesce(lead(ts) OVER w > ts + INTERVAL '30 minutes', true) AS ends
                  FROM touch WINDOW w AS (PARTITION BY customer_id ORDER BY ts)) AS x`,
        'rows: lag and lead of integers': `
            SELECT count(*) FILTER (WHERE begins), count(*), count(*) FILTER (WHERE begins AND ends)
            FROM (SELECT coalesce(epoch_us(ts) - lag(epoch_us(ts)) OVER w > 1800000000, true) AS begins,
                         coalesce(lead(epoch_us(ts)) OVER w - epoch_us(ts) > 1800000000, true) AS ends
                  FROM touch WINDOW w AS (PARTITION BY customer_id ORDER BY ts)) AS x`,
        'lists: unnest': `
            SELECT count(*) FILTER (WHERE since > 1800000000), count(*), count(*) FILTER (WHERE since > 1800000000 AND until > 1800000000)
            FROM (SELECT epoch_us(t) - coalesce(epoch_us(before), -2000000000) AS since,
                         coalesce(epoch_us(after), 9000000000000000000) - epoch_us(t) AS until
                  FROM (SELECT unnest(ts) AS t, unnest(list_prepend(NULL, ts[:-2])) AS before, unnest(list_append(ts[2:], NULL)) AS after
                        FROM journey) AS x) AS y`,
        'lists: list_filter': `
            SELECT sum(len(list_filter(list_zip(ts, list_prepend(NULL, ts[:-2])),
                                       lambda e: e[2] IS NULL OR epoch_us(e[1]) - epoch_us(e[2]) > 1800000000))),
                   sum(len(ts)),
                   sum(len(list_filter(list_zip(ts, list_prepend(NULL, ts[:-2]), list_append(ts[2:], NULL)),
                                       lambda e: (e[2] IS NULL OR epoch_us(e[1]) - epoch_us(e[2]) > 1800000000)
                                             AND (e[3] IS NULL OR epoch_us(e[3]) - epoch_us(e[1]) > 1800000000))))
            FROM journey`,
    },
    retention: {
        'rows: GROUP BY month': `
            SELECT first::DATE, ${period('first', 'month')}, count(*) AS n
            FROM (SELECT month, min(month) OVER (PARTITION BY customer_id) AS first
                  FROM (SELECT customer_id, date_trunc('month', ts) AS month FROM touch GROUP BY 1, 2) AS x) AS y GROUP BY 1, 2`,
        'rows: join': `
            WITH active AS (SELECT DISTINCT customer_id, date_trunc('month', ts) AS month FROM touch),
            first AS (SELECT customer_id, min(month) AS first FROM active GROUP BY customer_id)
            SELECT first::DATE, ${period('first', 'month')}, count(*) AS n FROM active JOIN first USING (customer_id) GROUP BY 1, 2`,
        'lists: list_distinct': `
            SELECT first::DATE, ${period('first', 'month')}, count(*) AS n
            FROM (SELECT date_trunc('month', ts[1]) AS first,
                         unnest(list_distinct(list_transform(ts, lambda t: date_trunc('month', t)))) AS month FROM journey) AS x
            GROUP BY 1, 2`,
        'lists: unnest': `
            SELECT first::DATE, ${period('first', 'month')}, count(*) AS n
            FROM (SELECT DISTINCT customer_id, date_trunc('month', first) AS first, date_trunc('month', t) AS month
                  FROM (SELECT customer_id, ts[1] AS first, unnest(ts) AS t FROM journey) AS x) AS y
            GROUP BY 1, 2`,
    },
    preceded: {
        'rows: window functions': `
            SELECT count(DISTINCT customer_id)
            FROM (SELECT customer_id, ts, touchpoint, max(ts) FILTER (WHERE channel = 'web') OVER (${frame}) AS visit
                  FROM touch WHERE channel = 'web' OR touchpoint = 'call') AS x
            WHERE touchpoint = 'call' AND ts <= visit + INTERVAL '24 hours'`,
        'rows: ASOF join': `
            SELECT count(DISTINCT c.customer_id)
            FROM (SELECT customer_id, ts FROM touch WHERE touchpoint = 'call') AS c
            ASOF JOIN (SELECT customer_id, ts FROM touch WHERE channel = 'web') AS v ON v.customer_id = c.customer_id AND c.ts > v.ts
            WHERE c.ts <= v.ts + INTERVAL '24 hours'`,
    },
    repeat: {
        'rows: lag': `
            SELECT count(DISTINCT customer_id)
            FROM (SELECT customer_id, ts, lag(ts) OVER (PARTITION BY customer_id ORDER BY ts) AS call FROM touch WHERE touchpoint = 'call') AS x
            WHERE ts <= call + ${days7}`,
        'lists: list_filter': `
            SELECT count(*)
            FROM (SELECT list_transform(list_filter(list_zip(touchpoint, ts), lambda e: e[1] = 'call'), lambda e: e[2]) AS calls FROM journey) AS x
            WHERE len(list_filter(list_zip(calls[:-2], calls[2:]), lambda e: e[2] <= e[1] + ${days7})) > 0`,
        'lists: unnest, lag': `
            SELECT count(DISTINCT customer_id)
            FROM (SELECT customer_id, ts, lag(ts) OVER (PARTITION BY customer_id ORDER BY ts) AS call
                  FROM (SELECT customer_id, unnest(ts) AS ts, unnest(touchpoint) AS touchpoint FROM journey) AS u WHERE touchpoint = 'call') AS x
            WHERE ts <= call + ${days7}`,
    },
    paths: {
        'rows: row_number': commonest(`
            SELECT list(touchpoint ORDER BY ts) AS path
            FROM (SELECT customer_id, ts, touchpoint FROM touch QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY ts) <= 5) AS x
            GROUP BY customer_id`),
        'rows: list': commonest('SELECT (list(touchpoint ORDER BY ts))[:5] AS path FROM touch GROUP BY customer_id'),
        'rows: arg_min': commonest('SELECT arg_min(touchpoint, ts, 5) AS path FROM touch GROUP BY customer_id'),
        'lists: slice': commonest('SELECT touchpoint[:5] AS path FROM journey'),
    },
};
