-- weight 6: the way to the counter, of 300 customers
\set c random(1, :customers - 300)
SELECT * FROM funnel_steps((
  SELECT funnel_agg(j, ARRAY['cart', 'checkout', 'pay'], '90 days') FROM customer_journey WHERE customer_id BETWEEN :c AND :c + 299));
