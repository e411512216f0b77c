# shellcheck shell=bash
# Cost against the number of touches of a journey: a table and a drawing.

SHAPE_TOUCHES=${SHAPE_TOUCHES:-1000000}
SHAPE='1 10 100 1000 10000'

# what is drawn: letter, view, name
SHAPE_VIEWS='F ours_funnel_names funnel
T ours_flow_names transitions
S ours_sessions_names sessions
R ours_retention_names retention
P ours_paths_names first_five
. floor_names floor
f funnel_plpgsql SQL,_funnel
t flow_window SQL,_transitions
s sessions_window_plus SQL,_sessions'

# lines of "touches letter name nanoseconds", for journeys of $1 touches
shape_of() {
    local schema=shape_$1 letter view name ours=() sql=() rounds=$ROUNDS
    psql_ -c "CREATE SCHEMA $schema"
    { printf 'SET search_path = %s, public;\n' "$schema" && cat "$TOP/bench/behaviour_shape.sql"; } |
        psql_ -v each="$1" -v touches="$SHAPE_TOUCHES" -f - >/dev/null
    make_views "$schema" >/dev/null
    while read -r letter view name; do
        case $name in
            SQL*) sql+=("$view") ;;
            *) [[ -z $(views "$schema" "$view") ]] || ours+=("$view") ;;
        esac
    done <<<"$SHAPE_VIEWS"
    # the first round warms up
    race "$schema" "$SERIAL" $((rounds + 1)) "${ours[@]}" >"$WORK/out/race"
    race "$schema" "$SERIAL" 2 "${sql[@]}" >>"$WORK/out/race"
    while read -r letter view name; do
        awk -v view="$view" '$2 == view && $1 > 1 { print $3 }' "$WORK/out/race" | sort -n |
            awk -v touches="$SHAPE_TOUCHES" -v head="$1 $letter $name" '{ t[NR] = $1 }
                END { if (NR) printf "%s %.2f\n", head, t[int((NR + 1) / 2)] * 1e6 / touches }'
    done <<<"$SHAPE_VIEWS"
    psql_ -c "SET client_min_messages = warning; DROP SCHEMA $schema CASCADE"
}

shape_table() {
    awk '{ if (!($1 in column)) { column[$1] = ++columns; at[columns] = $1 }
           if (!($3 in row)) { row[$3] = ++rows; name[rows] = $3; letter[rows] = $2 }
           value[row[$3], column[$1]] = $4 }
        END {
            printf "| touches a journey |"; for (c = 1; c <= columns; c++) printf " %d |", at[c]; print ""
            printf "|---|"; for (c = 1; c <= columns; c++) printf "---:|"; print ""
            for (r = 1; r <= rows; r++) {
                n = name[r]; gsub(/_/, " ", n)
                printf "| %s (%s) |", n, letter[r]
                for (c = 1; c <= columns; c++) printf " %s |", value[r, c]
                print ""
            }
        }'
}

# a line is a factor of 10^(1/4)
shape_drawing() {
    awk 'function level(x) { return int(4 * log(x) / log(10) + 100.5) }
        { if (!($1 in column)) { column[$1] = ++columns; at[columns] = $1 }
          l = level($4); mark[l, column[$1]] = mark[l, column[$1]] $2
          if (!low || l < low) low = l; if (l > high) high = l }
        END {
            print "ns a touch"
            for (l = high; l >= low; l--) {
                printf "%9.1f |", 10 ^ ((l - 100) / 4)
                for (c = 1; c <= columns; c++) printf "  %-9s", mark[l, c]
                print ""
            }
            printf "%9s +", ""; for (c = 1; c <= columns; c++) printf "-----------"; print ""
            printf "%9s  ", ""; for (c = 1; c <= columns; c++) printf "  %-9d", at[c]; print " touches a journey"
        }'
}

shape() {
    local each
    : >"$WORK/out/shape"
    for each in $SHAPE; do
        progress "journeys of $each touches"
        shape_of "$each" >>"$WORK/out/shape"
    done
    printf '\n## Nanoseconds a touch, by touches of a journey\n\n'
    shape_table <"$WORK/out/shape"
    printf '\n```\n'
    shape_drawing <"$WORK/out/shape"
    printf '```\n'
}
