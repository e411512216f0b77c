#!/usr/bin/env bash
# How fast journeys are made, looked into and found, and how large they are, against the SQL and the
# tables one would use otherwise.
#
#   bench/journeys.sh                      on a private throw-away server, 200,000 customers, 10 million touches
#   CUSTOMERS=1000000 ROUNDS=3 bench/journeys.sh      50 million touches; wants 16 GB of memory and 40 GB of disk
#   CUSTOMERS=20000 ROUNDS=2 bench/journeys.sh        a quick look
#   ONLY='building sizes' bench/journeys.sh           some of: building looking storing finding refreshing sizes
#
# Prints the tables of docs/performance.md: median milliseconds, and the ratio of the first statement
# of each group to the others. Wants a machine that does nothing else.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../script/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../script/lib.sh"
# shellcheck source-path=SCRIPTDIR source=measure.sh
source "$TOP/bench/measure.sh"
CUSTOMERS=${CUSTOMERS:-200000}
ROUNDS=${ROUNDS:-5}
SECTIONS='building looking storing finding refreshing sizes'
ONLY=${ONLY:-$SECTIONS}

SERIAL='SET max_parallel_workers_per_gather = 0; SET jit = off;'
PARALLEL='SET max_parallel_workers_per_gather = 2; SET jit = off;'
# all groups fit, so that arrival order is hashed; the SQL sorts, in memory too
ROOM="SET work_mem = '${WORK_MEM:-12GB}'; SET hash_mem_multiplier = 1;"
BY_HAND='array_agg(touchpoint ORDER BY at)'

# made TABLE EXPRESSION: a statement that makes one value per customer and keeps none
made() { echo "SELECT count(j) FROM (SELECT customer_id, $2 AS j FROM $1 GROUP BY customer_id) AS x"; }

building() {
    measure 'rows in random order' "$SERIAL $ROOM" \
        'journey_agg(at, touchpoint)' "$(made touch_random 'journey_agg(at, touchpoint)')" \
        'by hand' "$(made touch_random "$BY_HAND")" \
        'count(*)' "$(made touch_random 'count(*)')"
    measure 'the same, channel and stage too' "$SERIAL $ROOM" \
        'journey_agg(at, touchpoint, channel, stage)' "$(made touch_random 'journey_agg(at, touchpoint, channel, stage)')" \
        'touchpoints by hand' "$(made touch_random "$BY_HAND")"
    measure 'the same, integers' "$SERIAL $ROOM" \
        'journey_agg(at, touchpoint_id)' "$(made touch_random 'journey_agg(at, touchpoint_id)')" \
        'by hand' "$(made touch_random 'array_agg(touchpoint_id ORDER BY at)')"
    measure 'the same, two workers' "$PARALLEL $ROOM SET parallel_tuple_cost = 0.01;" \
        'journey_agg(at, touchpoint)' "$(made touch_random 'journey_agg(at, touchpoint)')" \
        'by hand' "$(made touch_random "$BY_HAND")"
    measure 'rows as they arrive, by time' "$SERIAL $ROOM" \
        'journey_agg(at, touchpoint)' "$(made touch_arrival 'journey_agg(at, touchpoint)')" \
        'by hand' "$(made touch_arrival "$BY_HAND")"
    measure '256 hash partitions, random order' "$SERIAL $ROOM SET enable_partitionwise_aggregate = on;" \
        'journey_agg(at, touchpoint)' "$(made touch_part 'journey_agg(at, touchpoint)')" \
        'by hand' "$(made touch_part "$BY_HAND")"
    measure 'rows in the order of an index' "$SERIAL SET enable_hashagg = off; SET enable_seqscan = off;" \
        'journey_agg(at, touchpoint)' "$(made touch_sorted 'journey_agg(at, touchpoint)')" \
        'by hand' "$(made touch_sorted "$BY_HAND")" \
        'count(*)' "$(made touch_sorted 'count(*)')"
    measure 'rows sorted for it, work_mem 64 MB' "$SERIAL SET enable_hashagg = off; SET work_mem = '64MB';" \
        'journey_agg(at, touchpoint)' "$(made touch_random 'journey_agg(at, touchpoint)')" \
        'by hand' "$(made touch_random "$BY_HAND")"
}

looking() {
    local expression
    for expression in 'sum(touch_count(j))' 'max(started_at(j))'; do
        measure "all journeys, names" "$SERIAL" \
            "$expression" "SELECT $expression FROM journey_text" \
            'sum(length(bytea))' 'SELECT sum(length(j)) FROM bytes_text'
    done
    measure 'all journeys, one touchpoint counted' "$SERIAL" \
        "sum(count_of(j, 'call'))" "SELECT sum(count_of(j, 'call')) FROM journey_text" \
        'count(*) over the rows' "SELECT count(*) FROM touch_random WHERE touchpoint = 'call'"
    measure 'all journeys to rows' "$SERIAL" \
        'touches(j)' 'SELECT count(t.at) FROM journey_text, touches(j) AS t' \
        'the rows themselves' 'SELECT count(at) FROM touch_random'
}

# the same long journeys kept in four ways: asked for their heads only, and for all of their touches
storing() {
    local kind
    for kind in main_8160 main external extended; do
        measure "long journeys, stored: $kind" "$SERIAL" \
            "sum(count_of(j, 'call'))" "SELECT sum(count_of(j, 'call')) FROM journey_$kind" \
            'sum(touch_count(j))' "SELECT sum(touch_count(j)) FROM journey_$kind"
    done
}

finding() {
    local pattern="j @~ 'call@phone ~> cancel within 30d'"
    local both="j @& '{call@phone,cancel}'"
    measure 'one touchpoint, in 1.6 % of the journeys' "$SERIAL" \
        'with the index' "SELECT count(*) FROM journey_found WHERE j @~ 'cancel'" \
        'without' "SELECT count(*) FROM journey_text WHERE j @~ 'cancel'"
    measure 'a pattern, about 1 % of the journeys' "$SERIAL" \
        'with the index' "SELECT count(*) FROM journey_found WHERE $pattern" \
        'without' "SELECT count(*) FROM journey_text WHERE $pattern"
    measure 'two touches in any order' "$SERIAL" \
        'with the index' "SELECT count(*) FROM journey_found WHERE $both" \
        'without' "SELECT count(*) FROM journey_text WHERE $both"
}

refreshing() {
    measure 'a day of touches into 200,000 journeys' "$SERIAL" \
        'journey_union' "INSERT INTO customer_journey SELECT customer_id, journey_agg(at, touchpoint, channel, stage) FROM touch_day
                         GROUP BY 1 ORDER BY 1 ON CONFLICT (customer_id) DO UPDATE SET j = journey_union(customer_journey.j, EXCLUDED.j)"
}

sizes() {
    printf '\n| bytes | |\n|---|---:|\n'
    psql -X -q -At -F ' | ' <<'SQL'
SELECT '| heap, row by row, bytes a touch', round(pg_relation_size('touch_random')::numeric / count(*), 1) || ' |' FROM touch_random;
SELECT '| index on (customer_id, at) with what is asked for', round(pg_relation_size('touch_sorted_index')::numeric / count(*), 1) || ' |' FROM touch_sorted;
SELECT '| index on (customer_id, at)', round(pg_relation_size('touch_random_index')::numeric / count(*), 1) || ' |' FROM touch_random;
SELECT '| journeys: touchpoint, channel, stage', round(sum(pg_column_size(j))::numeric / sum(touch_count(j)), 2) || ' |' FROM journey_text;
SELECT '| journeys: integer touchpoints', round(sum(pg_column_size(j))::numeric / sum(touch_count(j)), 2) || ' |' FROM journey_integer;
SELECT '| the same with the whole table around them', round(pg_total_relation_size('journey_text')::numeric / sum(touch_count(j)), 2) || ' |' FROM journey_text;
SELECT '| journeys of 40 to 60 integer touchpoints', round(sum(pg_column_size(j))::numeric / sum(touch_count(j)), 2) || ' |'
FROM journey_integer WHERE touch_count(j) BETWEEN 40 AND 60;
SELECT '| GIN index journey_ops, bytes a touch', round(pg_relation_size('journey_found_index')::numeric / sum(touch_count(j)), 2) || ' |' FROM journey_found;
SQL
}

# tables in memory, so that a scan costs the same each time
export SERVER_SETTINGS="shared_buffers = ${SHARED_BUFFERS:-6GB}
work_mem = 64MB
maintenance_work_mem = 1GB
max_wal_size = 16GB
wal_level = minimal
max_wal_senders = 0
autovacuum = off"

for section in $ONLY; do
    [[ " $SECTIONS " == *" $section "* ]] || die "ONLY: no section $section; there are: $SECTIONS"
done

open_workdir
ensure_packages
step 'build' build
start_server
step "make the touches of $CUSTOMERS customers" psql_ -v customers="$CUSTOMERS" -c 'CREATE EXTENSION cx_analytics' -f "$TOP/bench/journeys_data.sql"
step 'make their journeys' psql_ -f "$TOP/bench/journeys_stored.sql"
psql -X -At -c 'SELECT version()' -c "SELECT count(*) || ' touches of ' || count(DISTINCT customer_id) || ' customers' FROM touch_random"
printf '| measured | statement | median ms | ratio |\n|---|---|---:|---:|\n'
for section in $ONLY; do
    "$section"
done
