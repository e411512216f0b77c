-- period: the calendar bucket of a moment
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT unit, period('2026-02-18 13:30:00Z', unit)
FROM unnest(ARRAY['day', 'week', 'month', 'quarter', 'year', 'Month']) AS unit;

-- the day depends on where one stands
SELECT tz, period('2026-02-28 17:30:00Z', 'month', tz)
FROM unnest(ARRAY['UTC', 'Asia/Ho_Chi_Minh', 'America/New_York']) AS tz;

-- a night of 25 hours belongs to one day
SELECT at, period(at, 'day', 'Europe/Berlin')
FROM unnest(ARRAY['2026-10-24 21:59:59Z', '2026-10-24 22:00:00Z', '2026-10-25 22:59:59Z', '2026-10-25 23:00:00Z']::timestamptz[]) AS at;

-- days and local times have no zone to be moved by
SET timezone = 'Asia/Ho_Chi_Minh';
SELECT period('2026-03-01'::date, 'month'), period('2026-03-01 00:00'::timestamp, 'month'), period('2026-03-01 00:00'::timestamptz, 'month');
SET timezone = 'UTC';
SELECT period('infinity'::date, 'week'), period('-infinity'::timestamp, 'year'), period('1999-12-31'::date, 'quarter'), period('5874897-12-31'::date, 'year');

-- ends of time
SELECT period('infinity', 'week'), period('-infinity', 'year');
SELECT period('4713-11-24 00:00:00Z BC', 'day'), period('1969-12-31 23:59:59.999999Z', 'week');
SELECT period('4714-11-24 00:00:00Z BC', 'month');
SELECT period(now(), 'fortnight');
SELECT period('infinity', 'fortnight');
SELECT period(now(), 'day', 'Atlantis/Capital');
SELECT period(NULL, 'day');
