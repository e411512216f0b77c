# shellcheck shell=bash
# What the scripts that run suites share: the suites, and how each is run. Comes after lib.sh.
#
#   CX_DATA_DIR=path      public data sets that some tests read; they skip when it is not there

SUITES=0 FAILED=() PGXS=''
# what pgTAP files and servers started by Perl need
# shellcheck disable=SC2034  # the scripts that source this hand it to ensure_packages
SUITE_PACKAGES=(postgresql-@-pgtap libtap-parser-sourcehandler-pgtap-perl libipc-run-perl perl xz-utils)

# suite NAME COMMAND...: run it for all to see, and tell the seconds; a failure is remembered, and the next suite runs
suite() {
    local name=$1 start=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    SUITES=$((SUITES + 1))
    run_job "$@"
    if reported || ((JOB_STATUS)); then
        FAILED+=("$name")
        printf '== %s: FAILED, %d s\n' "$name" "$((SECONDS - start))"
    else
        printf '== %s: passed, %d s\n' "$name" "$((SECONDS - start))"
    fi
}

# Is there more to complain of than the status of a suite tells? A script may have its own answer.
reported() { false; }

# The last line: how many suites, how long; the status is that of all of them.
suites_done() {
    printf '\nsuites: %d, in %d s' "$SUITES" "$SECONDS"
    ((${#FAILED[@]} == 0)) || { printf ', failed: %s\n' "$(IFS=,; echo "${FAILED[*]}")"; return 1; }
    printf ', all passed\n'
}

# Sets PGXS, below which the server's own test tools lie.
find_pgxs() {
    PGXS=$("$PG_CONFIG" --pgxs)
    PGXS=${PGXS%/src/makefiles/pgxs.mk}
}

# Absolute, and readable by the user who runs the tests; else unset, and tests that want it skip.
find_data() {
    local dir=${CX_DATA_DIR:-$TOP/../shared/data}
    unset CX_DATA_DIR
    if [[ -d $dir ]] && as_run test -r "$dir" -a -x "$dir"; then
        CX_DATA_DIR=$(cd "$dir" && pwd)
        export CX_DATA_DIR
    fi
    say "public data sets: ${CX_DATA_DIR:-none at $dir: tests that read them skip}"
}

# regress [MAKE-ARGUMENT...]: those of build
regress() {
    pgxs_make -s "$@" TAP_TESTS= installcheck && return
    printf '\n-- regression.diffs\n'
    in_source head -n 500 regression.diffs
    return 1
}

# two databases at a time: this is the longest of the suites
pgtap() {
    local files half jobs=() failed=0
    mapfile -t files < <(cd "$WORK/src" && find test/pgtap -name '*.sql' | sort)
    for half in 0 1; do
        psql_ -c "CREATE DATABASE cx_pgtap$half"
        psql_ -d "cx_pgtap$half" -c 'CREATE EXTENSION pgtap' -c 'CREATE EXTENSION cx_analytics'
    done
    for half in 0 1; do
        printf '%s\n' "${files[@]}" | awk -v half="$half" 'NR % 2 == half' |
            in_source xargs pg_prove -d "cx_pgtap$half" >"$WORK/log/pgtap$half" 2>&1 &
        jobs+=($!)
    done
    for half in 0 1; do
        wait "${jobs[half]}" || failed=1
        cat "$WORK/log/pgtap$half"
    done
    return "$failed"
}

# tap [FILE...]: some files or all, as PGXS's own prove_installcheck does it. These tests start servers
# of their own: they append $CX_EXTENSION_CONF to each postgresql.conf, so that it finds the extension.
tap() {
    cd "$WORK/src" || return
    (($#)) || set -- test/tap/*.pl
    CX_EXTENSION_CONF=$(<"$WORK/extension.conf")
    export CX_EXTENSION_CONF
    unset PGHOST PGPORT PGUSER PGDATABASE
    in_source env TESTDIR="$WORK/src" PGPORT=65432 PG_REGRESS="$PGXS/src/test/regress/pg_regress" \
        PERL5LIB="$PGXS/src/test/perl" PG_CONFIG="$PG_CONFIG" prove -j"$(nproc)" "$@" && return
    in_source sh -c 'grep -lE "not ok|died|Bail out" tmp_check/log/regress_log_* | xargs -r tail -n 20'
    return 1
}

