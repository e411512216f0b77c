# shellcheck shell=bash
# Medians and ratios of SQL statements, measured within one run.
#
# Machines are shared and noisy, so absolute times mean little: every round runs all statements of a
# group one after the other, and what is reported is the median time of each and the median over the
# rounds of its ratio to each yardstick of the same round.

ROUNDS=${ROUNDS:-9}

# measure GROUP SETTINGS NAME SQL [NAME SQL]...: the first statement is measured, the others are its
# yardsticks. SETTINGS are SET statements. One round more than counted, to warm up.
measure() {
    local group=$1 settings=$2
    shift 2
    local names=() statements=() i round
    while (($#)); do
        names+=("$1")
        statements+=("$2")
        shift 2
    done
    {
        printf '%s\n\\timing on\n\\o /dev/null\n' "$settings"
        for ((round = 0; round <= ROUNDS; round++)); do
            for ((i = 0; i < ${#statements[@]}; i++)); do
                printf '%s;\n' "${statements[i]}"
            done
        done
    } | psql -X -q -v ON_ERROR_STOP=1 -f - |
        awk -v group="$group" -v names="$(IFS='|'; echo "${names[*]}")" '
            function median(a, n,   i, j, t) {
                for (i = 2; i <= n; i++)
                    for (j = i; j > 1 && a[j] < a[j - 1]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
                return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
            }
            BEGIN { n = split(names, name, "|") }
            $1 == "Time:" { time[int(seen / n), seen % n + 1] = $2; seen++ }
            END {
                rounds = seen / n - 1
                for (i = 1; i <= n; i++) {
                    for (r = 1; r <= rounds; r++) { t[r] = time[r, i]; q[r] = time[r, 1] / time[r, i] }
                    printf "| %s | %s | %.2f | %s |\n", i == 1 ? group : "", name[i], median(t, rounds),
                        i == 1 ? "" : sprintf("%.2f", median(q, rounds))
                }
            }'
}
