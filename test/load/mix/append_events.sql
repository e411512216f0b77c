-- weight 30: three touches of a customer, old or new, and the journey is current when they are committed
\set c random(1, :customers * 11 / 10)
\set campaign random(0, :campaigns - 1)
\set page random(0, 9999)
BEGIN;
-- no two clients share a terminal, so no two rows are equal
INSERT INTO event (customer_id, at, page, channel, amount)
SELECT :c, now() + n * interval '1 microsecond', page(((:page + 3517 * n) % 10000) / 10000.0, :campaign::float8 / :campaigns, :campaigns), 'terminal ' || :client_id, 20
FROM generate_series(1, 3) AS n;
INSERT INTO customer_journey
SELECT customer_id, journey_agg(at, page, channel) FROM event
WHERE customer_id = :c AND at >= now() - interval '10 seconds' GROUP BY customer_id ORDER BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET j = journey_union(customer_journey.j, EXCLUDED.j)
WHERE customer_journey.j IS DISTINCT FROM journey_union(customer_journey.j, EXCLUDED.j);
END;
