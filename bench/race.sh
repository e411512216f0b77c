# shellcheck shell=bash
# shellcheck disable=SC2034  # the script that sources this reads SERIAL, PARALLEL and ASKED
# Questions that have several forms of SQL and a form of ours, all of them views: which form is the
# fastest, whether all give the same answer, and how they compare within one run.
#
# Machines are shared and noisy, so absolute times mean little: every round of a race runs all its
# statements one after the other, and what is told is the median over the rounds, of times and of ratios.
# What is quick stands several times in a round, and counts with its median there.

ROUNDS=${ROUNDS:-5}
# Seconds that the SQL of one race may take in all: fewer rounds for what is slower, but two, or one of what alone takes longer.
BUDGET=${BUDGET:-12}

SERIAL='SET max_parallel_workers_per_gather = 0; SET jit = off;'
# small tables, too, so that a quick look sees the plans of a long one
PARALLEL="SET max_parallel_workers_per_gather = 2; SET jit = off; SET min_parallel_table_scan_size = '1MB'; SET parallel_setup_cost = 50;"

progress() { printf '[%4d s] %s\n' "$SECONDS" "$*" >&2; }

# views SCHEMA LIKE: names of views, as they were made
views() {
    psql_ -At -c "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = '$1'::regnamespace AND relname LIKE '$2' ORDER BY oid"
}

in_schema() { printf "%s SET search_path = %s, public; SET work_mem = '1GB';\n" "$2" "$1"; }

# ask SCHEMA SETTINGS VIEW FILE [LIMIT]: runs it once; its rows go to FILE, its milliseconds to ASKED;
# ASKED is empty if there was an error, or if it took longer than LIMIT milliseconds
ask() {
    local schema=$1 settings=$2 view=$3 file=$4 limit=${5:-0}
    ASKED=$({
        in_schema "$schema" "$settings"
        printf 'SET statement_timeout = %d;\n\\timing on\n\\o %s\nSELECT * FROM %s;\n' "$limit" "$file" "$view"
    } | psql_ -At -F '|' -f - 2>"$file.error" | awk '$1 == "Time:" { t = $2 } END { if (t) print t }') || ASKED=''
}

# serial or two workers asked for: has the plan any?
planned_serial() {
    ! { in_schema "$1" "$2" && printf 'EXPLAIN SELECT * FROM %s;\n' "$3"; } | psql_ -At -f - | grep -q 'Workers Planned'
}

# the columns of an answer that are compared, in an order of bytes
comparable() { cut -d '|' -f "$2" "$1" | LC_ALL=C sort; }

same_answer() { cmp -s <(comparable "$1" "$3") <(comparable "$2" "$3"); }

# race SCHEMA SETTINGS ROUNDS VIEW...: lines of "round view milliseconds", rounds from 1; a view may be given several times
race() {
    local schema=$1 settings=$2 rounds=$3 round view
    shift 3
    {
        in_schema "$schema" "$settings"
        printf '\\timing on\n\\o /dev/null\n'
        for ((round = 0; round < rounds; round++)); do
            for view in "$@"; do
                printf 'SELECT * FROM %s;\n' "$view"
            done
        done
    } | psql_ -f - | awk -v names="$*" 'BEGIN { n = split(names, name, " ") }
        $1 == "Time:" { print int(seen / n) + 1, name[seen % n + 1], $2; seen++ }'
}

# rounds_for MILLISECONDS: how many rounds of so much SQL
rounds_for() {
    awk -v t="$1" -v most="$ROUNDS" -v budget="$BUDGET" 'BEGIN { n = int(budget * 1000 / t); print (n > most ? most : n < 1 ? 1 : n < 2 ? 2 : n) }'
}

# What race printed, as rows of a table: NAME TITLE SQL SQL_INTEGERS [MARK], the views of ours being
# ours_NAME_names and ours_NAME_integers. Ratios are medians of the ratios within the rounds.
race_table() {
    awk -v name="$1" -v title="$2" -v sql="$3" -v sql_integers="$4" -v marks="${5:-}" '
        function median(a, n,   i, j, t) {
            for (i = 2; i <= n; i++)
                for (j = i; j > 1 && a[j] < a[j - 1]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
            return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
        }
        function in_round(r, view,   i, a) { for (i = 1; i <= n[r, view]; i++) a[i] = time[r, view, i]; return median(a, n[r, view]) }
        function middle(view,   r, a) { for (r = 1; r <= rounds; r++) a[r] = in_round(r, view); return median(a, rounds) }
        function ratio(x, y, format,   r, a) {
            if (!n[1, x] || !n[1, y]) return ""
            for (r = 1; r <= rounds; r++) a[r] = in_round(r, x) / in_round(r, y)
            return sprintf(format, median(a, rounds))
        }
        function line(view, label, floor) {
            if (!n[1, view]) return
            printf "| %s | %s | %.1f | %s | %s |\n", title, label (index(marks, " " view " ") ? " (a serial plan)" : ""), middle(view),
                view == sql ? "" : ratio(sql, view, "%.1f"), floor == "" ? "" : ratio(view, floor, "%.2f")
            title = ""
        }
        { time[$1, $2, ++n[$1, $2]] = $3; if ($1 > rounds) rounds = $1 }
        END {
            over = name == "rows" ? "rows" : "journeys"
            floor = name == "rows" ? "floor_rows" : "floor"
            line("ours_" name "_names", over " with names", floor "_names")
            line("ours_" name "_integers", over " with integers", floor "_integers")
            line(sql, "SQL: " substr(sql, index(sql, "_") + 1), "")
            line(sql_integers, "SQL over integers: " substr(sql_integers, index(sql_integers, "_") + 1), "")
            line(floor "_names", "floor, names", "")
            line(floor "_integers", "floor, integers", "")
        }'
}
