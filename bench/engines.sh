# shellcheck shell=bash
# The same questions over the same touches in ClickHouse and DuckDB, in the versions named here.

CHDB=${CHDB:-chdb@3.4.0}
DUCKDB=${DUCKDB:-@duckdb/node-api@1.5.6-r.1}

# node and npm from Debian, unless there are others
ensure_node() {
    local missing=()
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    ((${#missing[@]} == 0)) && return
    fresh_lists
    quietly "install ${missing[*]}" apt_get install --no-install-recommends "${missing[@]}" || die "apt-get could not install: ${missing[*]}"
}

npm_packages() {
    mkdir -p "$WORK/engines/npm"
    env HOME="$WORK/engines" npm install --prefix "$WORK/engines/npm" --cache "$WORK/engines/cache" --no-audit --no-fund \
        --loglevel error "$CHDB" "$DUCKDB"
    rm -rf "$WORK/engines/cache"
}

export_touches() {
    psql_ >"$WORK/engines/touch.csv" -c 'COPY (SELECT customer_id, extract(epoch FROM at)::bigint, touchpoint_id, touchpoint, channel, stage
                                             FROM touch_sorted ORDER BY customer_id, at) TO STDOUT CSV'
}

engines() {
    mkdir -p "$WORK/engines"
    step "install $CHDB and $DUCKDB" npm_packages >&2
    step 'write the touches to a file' export_touches >&2
    progress 'engines load them'
    PSQL="$BINDIR/psql" ROUNDS="$ROUNDS" ONLY="${ENGINE_QUESTIONS:-}" node "$TOP/bench/engines/run.mjs" "$WORK/engines"
}
