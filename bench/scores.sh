#!/usr/bin/env bash
# How fast scores are, against the SQL one would write by hand and against avg() and count().
#
#   bench/scores.sh                 on a private throw-away server, 20 million answers
#   ROWS=1000000 ROUNDS=3 bench/scores.sh
#
# Prints the table of docs/performance.md: median milliseconds, and the ratio of the first statement
# of each group to the others. Wants 4 GB of memory and a machine that does nothing else.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../script/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../script/lib.sh"
# shellcheck source-path=SCRIPTDIR source=measure.sh
source "$TOP/bench/measure.sh"
ROWS=${ROWS:-20000000}

by_hand() { echo "100.0 * (count(*) FILTER (WHERE score >= 9) - count(*) FILTER (WHERE score <= 6)) / count(score)"; }

SERIAL='SET max_parallel_workers_per_gather = 0; SET jit = off;'
PARALLEL='SET max_parallel_workers_per_gather = 2; SET jit = off;'
JIT='SET max_parallel_workers_per_gather = 0; SET jit = on;'
# the thresholds of jit look at the planner's cost, and the longer statement passes more of them
JIT_FULL="$JIT SET jit_optimize_above_cost = 0; SET jit_inline_above_cost = 0;"

whole_table() {
    measure 'whole table' "$SERIAL" \
        'nps(score)' 'SELECT nps(score) FROM survey' \
        'avg(score)' 'SELECT avg(score) FROM survey' \
        'count(*)' 'SELECT count(*) FROM survey' \
        'by hand' "SELECT $(by_hand) FROM survey"
    measure 'whole table, jit on' "$JIT" \
        'nps(score)' 'SELECT nps(score) FROM survey' \
        'by hand' "SELECT $(by_hand) FROM survey"
    measure 'whole table, jit optimized for both' "$JIT_FULL" \
        'nps(score)' 'SELECT nps(score) FROM survey' \
        'by hand' "SELECT $(by_hand) FROM survey"
    measure 'whole table, two workers' "$PARALLEL" \
        'nps(score)' 'SELECT nps(score) FROM survey' \
        'by hand' "SELECT $(by_hand) FROM survey"
}

grouped() {
    measure 'by agent (40 integers)' "$SERIAL" \
        'nps(score)' 'SELECT agent, nps(score) FROM survey GROUP BY agent' \
        'by hand' "SELECT agent, $(by_hand) FROM survey GROUP BY agent"
    measure 'by touchpoint (12 texts)' "$SERIAL" \
        'nps(score)' 'SELECT touchpoint, nps(score) FROM survey GROUP BY touchpoint' \
        'by hand' "SELECT touchpoint, $(by_hand) FROM survey GROUP BY touchpoint"
    measure 'by touchpoint and month' "$SERIAL SET work_mem = '64MB';" \
        'period, nps(score)' "SELECT touchpoint, period(answered_at, 'month'), nps(score) FROM survey GROUP BY 1, 2" \
        'date_trunc, by hand' "SELECT touchpoint, date_trunc('month', answered_at), $(by_hand) FROM survey GROUP BY 1, 2"
}

stored() {
    measure 'a year by touchpoint and month, from daily tallies' "$SERIAL" \
        'rollup(answers)' "SELECT touchpoint, period(day, 'month'), nps(rollup(answers)) FROM survey_day GROUP BY 1, 2" \
        'by hand, from daily counts' "SELECT touchpoint, date_trunc('month', day), 100.0 * (sum(promoters) - sum(detractors)) / sum(n)
                                      FROM survey_day GROUP BY 1, 2"
    measure '28 days sliding over daily tallies' "$SERIAL" \
        'rollup(answers) OVER' 'SELECT touchpoint, day, nps(rollup(answers) OVER w) FROM survey_day
                                WINDOW w AS (PARTITION BY touchpoint ORDER BY day ROWS 27 PRECEDING)' \
        'by hand, over daily counts' 'SELECT touchpoint, day, 100.0 * (sum(promoters) OVER w - sum(detractors) OVER w) / sum(n) OVER w
                                      FROM survey_day WINDOW w AS (PARTITION BY touchpoint ORDER BY day ROWS 27 PRECEDING)'
    measure '1,000 answers sliding over 100,000 rows' "$SERIAL" \
        'nps(score) OVER' 'SELECT answered_at, nps(score) OVER (ORDER BY answered_at ROWS 999 PRECEDING) FROM survey_rows' \
        'by hand' 'SELECT answered_at, 100.0 * (count(*) FILTER (WHERE score >= 9) OVER w - count(*) FILTER (WHERE score <= 6) OVER w)
                   / nullif(count(score) OVER w, 0) FROM survey_rows WINDOW w AS (ORDER BY answered_at ROWS 999 PRECEDING)'
}

memory() {
    psql -X -q -At -F ' | ' <<'SQL'
SELECT '| bytes of a daily tally in the table', round(avg(pg_column_size(answers)), 1) || ' |' FROM survey_day;
SQL
}

# the whole table in memory, so that the scan costs the same each time
export SERVER_SETTINGS='shared_buffers = 4GB
work_mem = 64MB
max_wal_size = 16GB
autovacuum = off'

open_workdir
ensure_packages
step 'build' build
start_server
step "make $ROWS answers" psql_ -v rows="$ROWS" -c 'CREATE EXTENSION cx_analytics' -f "$TOP/bench/scores_data.sql"
psql -X -At -c 'SELECT version()'
printf '| measured | statement | median ms | ratio |\n|---|---|---:|---:|\n'
whole_table
grouped
stored
memory
