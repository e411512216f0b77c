-- weight 4: the recipe of docs/journey.md, for all customers that came in the last seconds
INSERT INTO customer_journey
SELECT customer_id, journey_agg(at, page, channel) FROM event
WHERE at >= now() - interval '5 seconds' GROUP BY customer_id ORDER BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET j = journey_union(customer_journey.j, EXCLUDED.j)
WHERE customer_journey.j IS DISTINCT FROM journey_union(customer_journey.j, EXCLUDED.j);
