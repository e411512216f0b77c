# shellcheck shell=bash
# What script/test and script/demo share: packages, a private copy of the source, a private server.
#
# Nothing here touches a PostgreSQL server that is already installed or running. The extension is
# built in a temporary directory and installed below it; a throw-away server, on a unix socket in
# that directory, is the only one told where to find it. All of it is gone when the script ends.
#
#   PG_MAJOR=17       use this PostgreSQL; otherwise the newest one installed, else Debian's default
#   PG_CONFIG=path    use this server and its headers as they are, install no server packages
#   RUN_USER=name     who runs the server when root calls (a server refuses to run as root): postgres
#   TMPDIR=path       where the temporary directory is made: /tmp
#   KEEP=1            leave the temporary directory behind and say where it is

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
RUN_USER=${RUN_USER:-postgres}
WORK='' JOB='' JOB_STATUS=0 STEPS=0 MISSING=() LISTS_FRESH='' DROPIN='' DROPIN_DIR=''

# Settings of the caller's own databases, makefiles and locale must not leak into ours.
for name in ${!PG@}; do
    case $name in PG_MAJOR | PG_CONFIG) ;; *) unset "$name" ;; esac
done
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR CDPATH name
umask 022
export LC_ALL=C.UTF-8 PGCLIENTENCODING=UTF8 PAGER=cat PSQL_PAGER=cat

say() { printf '%s\n' "$*"; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# ---------------------------------------------------------------------------------------- steps

# Run a command as a job of its own, so that a signal reaches all of it, and at once: bash runs a
# trap while it waits for a job, but only after a command in the foreground has ended. The status
# goes to JOB_STATUS: a function called as a condition (f || ...) would lose its `set -e`.
run_job() {
    set -m
    ( set -e; "$@" ) </dev/null &
    JOB=$!
    set +me
    wait "$JOB"
    JOB_STATUS=$?
    set -e
    JOB=''
}

# step TITLE COMMAND...: run it quietly, tell the seconds; on failure show the end of what it said
step() {
    local title=$1 log start=${EPOCHREALTIME//[!0-9]/}
    shift
    STEPS=$((STEPS + 1))
    log=$WORK/log/$STEPS
    printf '%-62s ' "$title ..."
    run_job "$@" >"$log" 2>&1
    if ((JOB_STATUS)); then
        printf 'failed\n'
        tail -n 40 "$log" >&2
        die "failed: $title"
    fi
    printf '%6s s\n' "$(seconds_since "$start")"
}

seconds_since() {
    local tenths=$(((${EPOCHREALTIME//[!0-9]/} - $1) / 100000))
    printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# ------------------------------------------------------------------------------------- packages

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed* ]]; }

version_of() { dpkg-query -W -f '${Version}' "$1" 2>/dev/null; }

offered() { apt-cache madison "$1" | awk -F '|' -v v="$2" '{ gsub(/ /, "", $2) } $2 == v { hit = 1 } END { exit !hit }'; }

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# a fresh machine may be busy upgrading itself: wait for that rather than fail
apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@"
}

# Package lists are fetched once, and only when something has to be installed. One unreachable
# archive among several is no reason to stop: what is needed may well be in another.
fresh_lists() {
    [[ -n $LISTS_FRESH ]] && return
    LISTS_FRESH=yes
    can_install
    quietly 'fetch package lists (apt-get update)' apt_get update || say '  (not all package lists could be fetched)'
}

can_install() {
    local needed=${MISSING[*]:-postgresql and its postgresql-server-dev-NN}
    command -v apt-get >/dev/null || die "no apt-get here to install what is missing: $needed"
    ((EUID == 0)) || command -v sudo >/dev/null ||
        die "packages are missing, and this is neither root nor is there sudo. Let root run this once, or install: $needed"
    as_root true </dev/null || die "sudo does not let us install what is missing: $needed"
}

# Like step, but in the foreground: sudo may have to ask for a password on the terminal, and dpkg
# should not be interrupted. The caller decides what a failure means.
quietly() {
    local title=$1 start=${EPOCHREALTIME//[!0-9]/}
    shift
    printf '%-62s ' "$title ..."
    if "$@" >"$WORK/log/install" 2>&1 </dev/null; then
        printf '%6s s\n' "$(seconds_since "$start")"
    else
        printf 'failed\n'
        tail -n 15 "$WORK/log/install" >&2
        return 1
    fi
}

installed_servers() {
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' 'postgresql-[1-9]*' 2>/dev/null |
        sed -n 's/^installed postgresql-\([0-9]*\)$/\1/p' | sort -rn || true
}

# Sets PG_MAJOR: as told, or the newest installed server that has headers, or the newest for which
# headers of exactly its version can be had, or what Debian installs by default.
choose_server() {
    local n servers=()
    if [[ -z ${PG_MAJOR:-} ]]; then
        for n in $(installed_servers); do
            ((n < 15)) || servers+=("$n")
        done
        for n in "${servers[@]}"; do
            installed "postgresql-server-dev-$n" && PG_MAJOR=$n && break
        done
    fi
    if [[ -z ${PG_MAJOR:-} && ${#servers[@]} -gt 0 ]]; then
        PG_MAJOR=${servers[0]} MISSING=("postgresql-server-dev-${servers[0]}")
        fresh_lists
        for n in "${servers[@]}"; do
            offered "postgresql-server-dev-$n" "$(version_of "postgresql-$n")" && PG_MAJOR=$n && break
        done
    fi
    if [[ -z ${PG_MAJOR:-} ]]; then
        fresh_lists
        PG_MAJOR=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/^ *Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1)
        [[ -n $PG_MAJOR ]] || die 'apt knows no package named postgresql: are its sources reachable?'
    fi
    [[ $PG_MAJOR =~ ^(1[5-9]|[2-9][0-9])$ ]] || die "needs PostgreSQL 15 or later, not $PG_MAJOR"
}

# ensure_packages [EXTRA...]: server, headers, compiler and the extras ('@' stands for the major
# version); then sets PG_CONFIG, PG_MAJOR and BINDIR
ensure_packages() {
    local package needed=(make gcc libc6-dev "$@")
    if [[ -n ${PG_CONFIG:-} ]]; then
        PG_CONFIG=$(realpath -- "$(command -v "$PG_CONFIG")") || die 'PG_CONFIG is no program'
    else
        command -v dpkg-query >/dev/null || die 'not a Debian system: install PostgreSQL with its headers and set PG_CONFIG'
        choose_server
        needed=("postgresql-$PG_MAJOR" "postgresql-server-dev-$PG_MAJOR" "${needed[@]//@/$PG_MAJOR}")
    fi
    MISSING=()
    if command -v dpkg-query >/dev/null; then
        for package in "${needed[@]}"; do
            # an extra for a version of Debian's is of no use to a server that is not Debian's
            [[ $package == *@* ]] || installed "$package" || MISSING+=("$package")
        done
    fi
    ((${#MISSING[@]} == 0)) || install_missing
    PG_CONFIG=${PG_CONFIG:-/usr/lib/postgresql/$PG_MAJOR/bin/pg_config}
    [[ -x $PG_CONFIG ]] || die "no pg_config at $PG_CONFIG"
    BINDIR=$("$PG_CONFIG" --bindir)
    PG_MAJOR=$("$PG_CONFIG" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
    [[ -x $BINDIR/initdb ]] || die "$PG_CONFIG belongs to a PostgreSQL without a server (no $BINDIR/initdb)"
}

install_missing() {
    local package version want=() plan touched
    can_install
    fresh_lists
    for package in "${MISSING[@]}"; do
        version=$(exact_version "$package") || exit 1
        # shellcheck disable=SC2206  # one word or two
        want+=($package$version)
    done
    # libpq-dev comes with the headers and wants libpq5 of its own version: keep the one in use
    if [[ " ${MISSING[*]} " == *" postgresql-server-dev-"* ]] && installed libpq5 && ! installed libpq-dev &&
        offered libpq-dev "$(version_of libpq5)"; then
        want+=("libpq-dev=$(version_of libpq5)")
    fi

    plan=$(LC_ALL=C apt-get -s install --no-install-recommends "${want[@]}" 2>&1) || {
        printf '%s\n' "$plan" | tail -n 15 >&2
        die "apt cannot install: ${want[*]}"
    }
    # an upgrade, shown as "Inst NAME [OLD]", or a removal of a server would restart or end clusters
    touched=$(sed -nE 's/^(Inst|Remv) (postgresql-(common|[0-9]+)) \[.*/\2/p' <<<"$plan" | sort -u | tr '\n' ' ')
    [[ -z $touched ]] || ! clusters_run || die "installing ${MISSING[*]} would change the installed ${touched% } and restart its clusters, which this
script does not do. Upgrade when it suits you (apt-get install --only-upgrade ${touched% }), then run this again."

    if [[ " ${MISSING[*]} " =~ \ postgresql-[0-9]+\  ]]; then
        installed postgresql-common || quietly 'install postgresql-common' apt_get install --no-install-recommends postgresql-common ||
            die 'apt-get failed'
        no_main_cluster
    fi
    quietly "install ${#want[@]} packages and what they need" apt_get install --no-install-recommends "${want[@]}" ||
        die "apt-get could not install: ${want[*]}"
    restore_main_cluster
}

clusters_run() { pg_lsclusters -h 2>/dev/null | awk '$4 ~ /online/ { found = 1 } END { exit !found }'; }

# "=VERSION" when headers are missing for a server that is there: they must match it exactly. Where
# the archives have moved on, the server has to be upgraded too; as long as no cluster runs, that
# disturbs nobody.
exact_version() {
    local major=${1#postgresql-server-dev-} have
    [[ $1 == postgresql-server-dev-* ]] && installed "postgresql-$major" || return 0
    have=$(version_of "postgresql-$major")
    if ! offered "$1" "$have" && ! clusters_run; then
        printf ' postgresql-%s' "$major"
        return
    fi
    offered "$1" "$have" || die "postgresql-$major $have is installed, but no archive has $1 $have.
Upgrade the server when it suits you (this restarts its clusters), then run this again:
  apt-get install --only-upgrade postgresql-$major"
    printf '=%s' "$have"
}

# Debian makes and starts a cluster "main" when a server is first installed; nobody asked for one.
no_main_cluster() {
    local conf=/etc/postgresql-common/createcluster.conf
    [[ $(pg_conftool "$conf" show -bs create_main_cluster 2>/dev/null || true) == off ]] && return
    [[ -d ${conf%.conf}.d ]] || DROPIN_DIR=${conf%.conf}.d
    DROPIN=${conf%.conf}.d/zz_cx_analytics.conf
    as_root mkdir -p "${DROPIN%/*}"
    as_root sh -c "echo 'create_main_cluster = false' >'$DROPIN'"
    [[ $(pg_conftool "$conf" show -bs create_main_cluster) == off ]] ||
        die "cannot keep Debian from starting a cluster: set create_main_cluster = false in $conf, then run this again"
}

restore_main_cluster() {
    [[ -z $DROPIN ]] || as_root rm -f "$DROPIN"
    [[ -z $DROPIN_DIR ]] || as_root rmdir "$DROPIN_DIR" || true
    DROPIN='' DROPIN_DIR=''
}

# ---------------------------------------------------------------------- work directory and build

# as_run COMMAND...: as the user the server runs as, with a home that holds no .psqlrc or .proverc
as_run() {
    if ((EUID == 0)); then
        runuser -u "$RUN_USER" -- env HOME="$WORK" TMPDIR="$WORK/tmp" "$@"
    else
        env HOME="$WORK" TMPDIR="$WORK/tmp" "$@"
    fi
}

open_workdir() {
    local base=${TMPDIR:-/tmp}
    # a temporary directory of root's own is closed to the server's user; a long one makes the
    # socket's path longer than the 107 bytes the kernel takes
    if ((${#base} > 45)) || { ((EUID == 0)) && ! runuser -u nobody -- test -x "$base"; }; then
        base=/tmp
    fi
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap close_workdir EXIT
    # The caller writes to $WORK and its log, the run user to the rest; run holds the data and the
    # socket, and is closed to others, since the server trusts whoever reaches it.
    WORK=$(mktemp -d "$base/cx_analytics.XXXXXX")
    chmod 711 "$WORK"
    mkdir "$WORK/log" "$WORK/tmp" "$WORK/src" "$WORK/root"
    mkdir -m 700 "$WORK/run"
}

close_workdir() {
    local status=$? pidfile
    trap '' HUP INT TERM
    set +e
    if [[ -n $JOB ]]; then
        kill -TERM -- "-$JOB" 2>/dev/null
        wait "$JOB" 2>/dev/null
    fi
    restore_main_cluster
    [[ -n $WORK ]] || exit $status
    # every server whose data lies in here is ours: the private one, and any a test left behind
    while IFS= read -r pidfile; do
        as_run "${BINDIR:-}/pg_ctl" -D "${pidfile%/*}" -m immediate -w -t 30 stop >/dev/null 2>&1
    done < <(find "$WORK" -name postmaster.pid)
    if [[ -n ${KEEP:-} ]]; then
        say "kept: $WORK"
    else
        rm -rf "$WORK"
    fi
    exit $status
}

# The checkout stays as it is: sources are copied, what builds and test runs leave behind is not.
copy_source() {
    tar -C "$TOP" --exclude=./.git --exclude='*.o' --exclude='*.bc' --exclude='*.so' --exclude='*.gcda' --exclude='*.gcno' \
        --exclude=./results --exclude=./tmp_check --exclude='./regression.*' --exclude='./sql/cx_analytics--*.sql' -cf - . |
        tar -C "$WORK/src" --no-same-owner -xf -
    chmod -R u+rwX "$WORK/src"
    if ((EUID == 0)); then
        id "$RUN_USER" >/dev/null || die "no user $RUN_USER: set RUN_USER to the user the server shall run as"
        chown -R "$RUN_USER": "$WORK/tmp" "$WORK/src" "$WORK/root" "$WORK/run"
    fi
}

in_source() { as_run env -C "$WORK/src" PATH="$BINDIR:$PATH" "$@"; }

pgxs_make() { in_source make -j"$(nproc)" PG_CONFIG="$PG_CONFIG" "$@"; }

build() {
    copy_source
    pgxs_make "$@" all
    pgxs_make "$@" install DESTDIR="$WORK/root"
}

# --------------------------------------------------------------------------------------- server

knows_setting() { as_run "$BINDIR/postgres" -D "$WORK/run/data" -C "$1" >/dev/null 2>&1; }

# The lines of postgresql.conf that let a server find the extension below $WORK/root.
extension_conf() {
    local lib share
    lib=$WORK/root$("$PG_CONFIG" --pkglibdir) share=$WORK/root$("$PG_CONFIG" --sharedir)
    if knows_setting extension_destdir; then # Debian's own, up to 17
        printf "extension_destdir = '%s'\n" "$WORK/root"
    elif knows_setting extension_control_path; then # PostgreSQL 18
        printf "extension_control_path = '%s:\$system'\n" "$share"
    else
        return 1
    fi
    printf "dynamic_library_path = '%s:\$libdir'\n" "$lib"
}

init_server() {
    as_run "$BINDIR/initdb" -D "$WORK/run/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync
    extension_conf >"$WORK/extension.conf" || : >"$WORK/extension.conf"
    cat - "$WORK/extension.conf" <<CONF | as_run tee -a "$WORK/run/data/postgresql.conf" >/dev/null
listen_addresses = ''
unix_socket_directories = '$WORK/run'
port = 54329
fsync = off
synchronous_commit = off
full_page_writes = off
timezone = 'UTC'
lc_messages = 'C'
${SERVER_SETTINGS:-}
CONF
}

run_server() {
    as_run "$BINDIR/pg_ctl" -D "$WORK/run/data" -l "$WORK/run/log" -w -t 60 start && return
    as_run tail -n 20 "$WORK/run/log"
    return 1
}

# start_server [MAKE-ARGUMENT...]: those of build, for the case that the extension must be installed
# where this server looks for it. From here on every client finds the private server, and only that.
start_server() {
    step 'create a private server' init_server
    if [[ ! -s $WORK/extension.conf ]]; then
        say "  it knows no private place for extensions: installing into $("$PG_CONFIG" --pkglibdir)"
        quietly 'install the extension' as_root make -C "$WORK/src" PG_CONFIG="$PG_CONFIG" "$@" install || die 'make install failed'
    fi
    step 'start it' run_server
    export PGHOST=$WORK/run PGPORT=54329 PGUSER=postgres PGDATABASE=postgres
}

psql_() { "$BINDIR/psql" -X -q -v ON_ERROR_STOP=1 "$@"; }
