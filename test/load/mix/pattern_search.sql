-- weight 8: who came by a campaign and paid, by the GIN index
\set campaign random(0, :campaigns - 1)
SELECT customer_id, touch_count(j) FROM customer_journey
WHERE j @~ format('"campaign %s" ~> pay within 60d', :campaign::int)::journey_pattern ORDER BY 1;
