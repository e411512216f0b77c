#!/usr/bin/env bash
# How fast journeys are asked about behaviour: against the best SQL over a table of touches with a
# covering index, against the cost of reading as many bytes, and against ClickHouse and DuckDB.
#
#   bench/behaviour.sh                                a private throw-away server, 200,000 customers, 10 million touches
#   CUSTOMERS=1000000 ROUNDS=3 bench/behaviour.sh     50 million touches; wants 20 GB of memory and 60 GB of disk
#   CUSTOMERS=20000 ROUNDS=3 bench/behaviour.sh       a quick look
#   ONLY=funnel,flow bench/behaviour.sh               some of: funnel flow flowtimes sessions lengths retention preceded
#                                                     repeat paths rows rowsrandom shape engines
#   ONLY=engines ENGINE_QUESTIONS=funnel,paths ...    some of the engines' questions: funnel flow sessions retention
#                                                     preceded repeat paths
#
# Prints the tables of docs/performance.md to standard output, and what it is doing to standard error.
# Wants a machine that does nothing else, and a quarter of an hour for 10 million touches. The section
# engines needs npm's registry, and for what it gets from there 700 MB in the temporary directory.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../script/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../script/lib.sh"
# shellcheck source-path=SCRIPTDIR source=race.sh
source "$TOP/bench/race.sh"
# shellcheck source-path=SCRIPTDIR source=shape.sh
source "$TOP/bench/shape.sh"
# shellcheck source-path=SCRIPTDIR source=engines.sh
source "$TOP/bench/engines.sh"
CUSTOMERS=${CUSTOMERS:-200000}
QUESTIONS='funnel flow flowtimes sessions lengths retention preceded repeat paths rows rowsrandom'
ONLY=${ONLY:-$QUESTIONS shape engines}
ONLY=" ${ONLY//,/ } "

declare -A TITLE=(
    [funnel]='funnel of four steps in seven days'
    [flow]='transitions, counts only'
    [flowtimes]='transitions with median times'
    [sessions]='sessions, gap of 30 minutes'
    [lengths]='sessions with how long they lasted'
    [retention]='retention of monthly cohorts'
    [preceded]='customers who called within a day of a web visit'
    [repeat]='customers who called again within a week'
    [paths]='ten commonest ways of five touches'
    [rows]='window_funnel over rows in the order of an index'
    [rowsrandom]='window_funnel over rows in random order'
)
# Columns to compare where not all are: a median is known to 1/128 only. Paths of integers are compared
# by their counts, since those that tie come in another order.
declare -A COLUMNS_OF=([flowtimes]=1-3 [lengths]=1-3 [ours_paths_integers]=1 [paths_lateral_integers]=1)

# what takes long and gains nothing from workers is measured without
declare -A MODES=([flowtimes]=SERIAL [lengths]=SERIAL)

wanted() { [[ $ONLY == *" $1 "* ]]; }

for name in $ONLY; do
    [[ " $QUESTIONS shape engines " == *" $name "* ]] || die "ONLY: no section $name; there are: $QUESTIONS shape engines"
done

# make_views SCHEMA: views of ours are left out where a function is not there (yet)
make_views() {
    { printf 'SET search_path = %s, public;\n' "$1" && cat "$TOP/bench/behaviour_sql.sql" "$TOP/bench/behaviour_sql2.sql"; } | psql_ -f -
    { printf 'SET search_path = %s, public;\n' "$1" && cat "$TOP/bench/behaviour_ours.sql"; } |
        "$BINDIR/psql" -X -q -f - 2>&1 | grep -E 'ERROR|LINE' || true
}

# ------------------------------------------------------------------------------- one question

# Every form once, serial and with two workers: the fastest of each becomes BEST[SERIAL] and BEST[PARALLEL].
# A form that takes twice as long as the fastest so far, and three seconds, is given up, and one that took
# twice as long as the fastest is not tried with workers. REFERENCE is the file of the answer.
declare -A BEST BEST_MS
forms() {
    local question=$1 schema=$2 mode form limit file first='' note
    shift 2
    local -A took=()
    BEST=() BEST_MS=()
    for mode in ${MODES[$question]:-SERIAL PARALLEL}; do
        note=
        [[ $mode == SERIAL ]] || note='(two workers)'
        for form in "$@"; do
            [[ $mode == SERIAL ]] || within_twice "${took[SERIAL,$form]}" "${BEST_MS[SERIAL]}" || continue
            limit=$(awk -v t="${BEST_MS[$mode]:-0}" 'BEGIN { t *= 2; print (t == 0 ? 0 : t < 3000 ? 3000 : int(t)) }')
            file=$WORK/answers/$form.$schema
            ask "$schema" "${!mode}" "$form" "$file" "$limit"
            took[$mode,$form]=$ASKED
            if [[ -z $ASKED ]]; then
                took[$mode,$form]="over $limit"
                grep -q 'statement timeout' "$file.error" || FAILED+=" $form"
                continue
            fi
            first=${first:-$form}
            check "$form$note" "$file" "$WORK/answers/$first.$schema" "$(columns_of "$form" "$question")"
            [[ $form != *_integers ]] || continue
            if [[ -z ${BEST[$mode]:-} ]] || less "$ASKED" "${BEST_MS[$mode]}"; then
                BEST[$mode]=$form BEST_MS[$mode]=$ASKED
            fi
        done
    done
    REFERENCE=$WORK/answers/$first.$schema
    for form in "$@"; do
        printf '| %s | %s | %s | %s |\n' "${TITLE[$question]}" "${form#*_}" "${took[SERIAL,$form]%.*}" "${took[PARALLEL,$form]:-}" |
            sed 's/\.[0-9]* |$/ |/' >>"$WORK/out/forms"
    done
}

less() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }'; }

within_twice() { [[ $1 != over* ]] && less "$1" "$(awk -v t="$2" 'BEGIN { print 2 * t }')"; }

columns_of() { echo "${COLUMNS_OF[$1]:-${COLUMNS_OF[$2]:-1-}}"; }

# check NAME ANSWER REFERENCE COLUMNS
check() {
    if same_answer "$2" "$3" "$4"; then
        EQUAL+=" $1"
    else
        DIFFERENT+=" $1"
        diff <(comparable "$3" "$4") <(comparable "$2" "$4") | sed -n "1,6s/^/  $1: /p" >&2 || true
    fi
}

# ask ours for its answer, with names and with integers; VIEWS are those that are there, with their floors
ask_ours() {
    local name=$1 schema=$2 kind view file
    VIEWS=()
    for kind in names integers; do
        view=ours_${name/rowsrandom/rows}_$kind file=$WORK/answers/ours_${name}_$kind
        [[ -n $(views "$schema" "$view") ]] || continue
        ask "$schema" "$SERIAL" "$view" "$file"
        if [[ -z $ASKED ]]; then
            head -n 3 "$file.error" >&2
            FAILED+=" $view"
            continue
        fi
        check "$view" "$file" "$REFERENCE" "$(columns_of "$view" "$name")"
        ask "$schema" "$PARALLEL" "$view" "$file"
        check "$view(two workers)" "$file" "$REFERENCE" "$(columns_of "$view" "$name")"
        VIEWS+=("$view" "floor_$kind")
        [[ $name != rows* ]] || VIEWS[-1]=floor_rows_$kind
    done
    ((${#VIEWS[@]} > 0)) || progress '  no function of ours for it'
}

# question NAME SCHEMA FORMS...
question() {
    local name=$1 schema=$2 mode view serial_plans integers cost
    shift 2
    EQUAL='' DIFFERENT='' FAILED=''
    progress "${TITLE[$name]}: forms of SQL"
    forms "$name" "$schema" "$@"
    ask_ours "$name" "$schema"
    answers "$name"
    integers=$(printf '%s\n' "$@" | grep '_integers$' || true)
    for mode in ${MODES[$name]:-SERIAL PARALLEL}; do
        serial_plans=' '
        progress "${TITLE[$name]}: $mode, against ${BEST[$mode]}"
        if [[ $mode == PARALLEL ]]; then
            for view in "${VIEWS[@]}" "${BEST[$mode]}"; do
                ! planned_serial "$schema" "${!mode}" "$view" || serial_plans+="$view "
            done
        fi
        cost=$(awk -v t="${BEST_MS[$mode]}" -v n="${integers:+2}" 'BEGIN { print t * (n ? n : 1) }')
        # shellcheck disable=SC2086  # none or one
        race "$schema" "${!mode}" "$(rounds_for "$cost")" "${VIEWS[@]}" "${VIEWS[@]}" "${VIEWS[@]}" "${BEST[$mode]}" $integers |
            race_table "${name/rowsrandom/rows}" "${TITLE[$name]}" "${BEST[$mode]}" "$integers" "$serial_plans" >>"$WORK/out/$mode"
    done
}

answers() {
    {
        printf '\n%s\n' "${TITLE[$1]}"
        LC_ALL=C sort "$REFERENCE" | sed -n '1,5s/^/    /p'
        (($(wc -l <"$REFERENCE") <= 5)) || printf '    ... %d lines\n' "$(wc -l <"$REFERENCE")"
        printf '  the same from%s\n' "$EQUAL"
        [[ -z $DIFFERENT ]] || printf '  DIFFERENT FROM%s\n' "$DIFFERENT"
        [[ -z $FAILED ]] || printf '  FAILED:%s\n' "$FAILED"
    } >>"$WORK/out/answers"
}

report() {
    local mode
    printf '\n## Serial\n\n| measured | statement | median ms | times as fast as the SQL | times its floor |\n|---|---|---:|---:|---:|\n'
    cat "$WORK/out/SERIAL"
    printf '\n## Two workers\n\n| measured | statement | median ms | times as fast as the SQL | times its floor |\n|---|---|---:|---:|---:|\n'
    cat "$WORK/out/PARALLEL"
    printf '\n## All forms of SQL, each run once\n\n| measured | form | serial ms | two workers ms |\n|---|---|---:|---:|\n'
    cat "$WORK/out/forms"
    printf '\n## Answers\n'
    cat "$WORK/out/answers"
}

# tables in memory, so that a scan costs the same each time
export SERVER_SETTINGS="shared_buffers = ${SHARED_BUFFERS:-6GB}
work_mem = 64MB
maintenance_work_mem = 1GB
max_wal_size = 16GB
wal_level = minimal
max_wal_senders = 0
autovacuum = off"

make_data() {
    psql_ -v customers="$CUSTOMERS" -c 'CREATE EXTENSION cx_analytics' -f "$TOP/bench/journeys_data.sql"
    psql_ -f "$TOP/bench/behaviour_stored.sql"
}

open_workdir
mkdir "$WORK/out" "$WORK/answers"
touch "$WORK/out"/{SERIAL,PARALLEL,forms,answers}
ensure_packages
! wanted engines || ensure_node
step 'build' build
start_server
step "make the touches and journeys of $CUSTOMERS customers" make_data
make_views public
make_views random
psql_ -At -c 'SELECT version()' -c "SELECT count(*) || ' touches of ' || count(DISTINCT customer_id) || ' customers' FROM touch_sorted"
for name in $QUESTIONS; do
    wanted "$name" || continue
    # shellcheck disable=SC2046  # names without blanks
    case $name in
        rows) question "$name" public funnel_window funnel_window_integers funnel_plpgsql ;;
        rowsrandom) question "$name" random funnel_window funnel_window_integers funnel_plpgsql_sorting ;;
        *) question "$name" public $(views public "$name\\_%") ;;
    esac
done
[[ ! -s $WORK/out/forms ]] || report
! wanted shape || shape
! wanted engines || engines
progress 'done'
! grep -q -E 'DIFFERENT|FAILED' "$WORK/out/answers" || die 'not all answers are the same: see above'
