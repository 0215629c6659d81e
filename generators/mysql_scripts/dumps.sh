# shellcheck shell=bash
# What backup.sh and restore.sh share; sourced by them, never run by itself.
#
# The CronJob sets BACKUP_DIRECTORY, DB_HOST, DB_PORT, DB_NAME, DB_USER and KEEP, and MYSQL_PWD from a Secret: the clients read it
# by themselves, so that the password stands in no command line.
#
#   <database>-<UTC time>.sql.gz                  a dump: whole, verified, on the disk
#   <database>-<UTC time>-before-restore.sql.gz   the same, made by a restore of the state it was about to replace
#   .<either of them>.partial                     one that is being written, or was when its pod was killed
#   restore-unfinished                            a restore has begun to replace the data and has not ended well

umask 077 # dumps hold what the database holds
export LC_ALL=C
shopt -s nullglob inherit_errexit
# shellcheck disable=SC2034 # both scripts use it
unfinished="$BACKUP_DIRECTORY/restore-unfinished"
connection=(--no-defaults "--host=$DB_HOST" "--port=$DB_PORT" "--user=$DB_USER" --default-character-set=utf8mb4)

# Say what is wrong and then, a line an argument, what to know or to do; fail.
die() {
    local more=("${@:2}")
    printf 'error: %s\n' "$1" >&2
    (($# == 1)) || printf '  %s\n' "${more[@]//$'\n'/$'\n  '}" >&2
    exit 1
}

# The names of the dumps ("") or safety dumps ("-before-restore") that there are, oldest first.
names() {
    local file
    for file in "$BACKUP_DIRECTORY/$DB_NAME"-[0-9]*Z"$1".sql.gz; do
        printf '%s\n' "${file##*/}"
    done
}

# All of them with their sizes, oldest first.
listed() {
    local all name
    mapfile -t all < <(sort <<<"$(names '')"$'\n'"$(names -before-restore)")
    for name in "${all[@]}"; do
        [[ -z $name ]] || printf '%s  %s\n' "$name" "$(numfmt --to=iec --suffix=B "$(stat --format=%s -- "$BACKUP_DIRECTORY/$name")")"
    done
}

# Whether a file is a whole dump: gzip's checksum is right, and mysqldump wrote its last line, which it does only when all went well.
is_whole() {
    local last
    last=$(gzip -dc -- "$1" | tail -n 1) && [[ $last == '-- Dump completed'* ]]
}

# Dump the database under a name with this suffix, which is left in the variable `dumped`. It has that name only once it is whole.
#
# --single-transaction: one moment of all InnoDB tables, without a lock. --no-tablespaces and --set-gtid-purged=OFF: what they leave
# out would need PROCESS and RELOAD, and belongs to the server, not to the database (`loose`: MariaDB's has no such option).
# --hex-blob: bytes survive every character set. https://dev.mysql.com/doc/refman/8.4/en/mysqldump.html
dump() {
    dumped="$DB_NAME-$(date -u +%Y%m%dT%H%M%SZ)$1.sql.gz"
    partial="$BACKUP_DIRECTORY/.$dumped.partial"
    if [[ -e $BACKUP_DIRECTORY/$dumped || -e $partial ]]; then # made, or being made, by another run within this very second
        sleep 1
        dump "$1"
        return
    fi
    trap 'rm -f -- "$partial"' EXIT
    if ! mysqldump "${connection[@]}" --single-transaction --no-tablespaces --loose-set-gtid-purged=OFF --hex-blob \
        --max-allowed-packet=1G --routines --triggers --events "$DB_NAME" | gzip >"$partial"; then
        df -h -- "$BACKUP_DIRECTORY" >&2
        die "the dump of $DB_NAME failed, for the reason above; the dumps that were there are untouched"
    fi
    is_whole "$partial" || die "the new dump of $DB_NAME is not whole; the dumps that were there are untouched"
    sync -- "$partial"
    mv -- "$partial" "$BACKUP_DIRECTORY/$dumped"
    sync -- "$BACKUP_DIRECTORY"
    trap - EXIT
}
