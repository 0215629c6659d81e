#!/usr/bin/env bash
# Replace the database by what a dump holds. Its environment and its files: dumps.sh. A person may set besides
#
#   BACKUP       the dump's file name; without it the newest; `list` only lists what there is
#   SAFETY_DUMP  `no`: do not dump the present state first, for a database so broken that it cannot be dumped
#
# Until "replacing" is printed nothing has been touched. It ends with 0 exactly when all of the dump has been loaded.
# docs/runbooks/restore-mysql.md is the procedure around it.
set -eu -o pipefail
# shellcheck source=generators/mysql_scripts/dumps.sh
source "${0%/*}/dumps.sh"

sql() {
    mysql "${connection[@]}" --connect-timeout=10 --batch --skip-column-names --execute="$1"
}

# Fail with a message and the dumps that there are.
die_listing() {
    local all
    all=$(listed)
    die "$1" "There are:" "${all:-none}"
}

# Who else is connected as this account, one address a line. Two addresses do not count: that of this pod, whose last connections the
# server may not have put away yet, and that of the server's own pod, whose probe comes and goes.
others() {
    local rows own mine host
    rows=$(sql 'SELECT CONNECTION_ID(); SHOW PROCESSLIST')
    own=${rows%%$'\n'*}
    IFS=$'\t' read -r _ _ mine _ <<<"$(grep "^$own"$'\t' <<<"$rows")"
    while IFS=$'\t' read -r _ _ host _; do
        [[ ${host%:*} == "${mine%:*}" || $host == 127.0.0.1:* || $host == localhost* ]] || echo "${host%:*}"
    done <<<"${rows#*$'\n'}" | sort -u
}

# A service that writes meanwhile would mix two states, and one with an open transaction would stop the load half-way.
nobody_else() {
    local clients
    clients=$(others)
    [[ -z $clients ]] || die "others are connected to $DB_HOST as $DB_USER; nothing was touched. Stop them first:" "${clients//$'\n'/, }"
}

# What the dump creates besides tables and rows must be creatable by this account, or the load would stop half-way: views, triggers,
# routines and events as itself only, and triggers and functions only where the server lets it.
# https://dev.mysql.com/doc/refman/8.4/en/stored-programs-logging.html
creatable() {
    local own statements definers
    own=$(sql 'SELECT CURRENT_USER()')
    statements=$(gzip -dc -- "$1" | grep -aE '^(/\*!|CREATE )')
    # shellcheck disable=SC2016 # backticks of SQL
    definers=$(grep -oE 'DEFINER=`[^`]*`@`[^`]*`' <<<"$statements" | sort -u | grep -vxF "DEFINER=\`${own%@*}\`@\`${own##*@}\`" || true)
    if [[ -n $definers ]]; then
        die "$BACKUP holds what $own may not create; nothing was touched. Load it as root (see the runbook):" "$definers"
    fi
    if grep -qE '^(/\*!.*\*/ /\*![0-9]+ TRIGGER|CREATE DEFINER=[^ ]+ FUNCTION) ' <<<"$statements" &&
        [[ $(sql "SHOW VARIABLES LIKE 'log_bin%'") == *$'log_bin\tON'*$'creators\tOFF'* ]]; then
        die "$BACKUP holds triggers or functions, which $own may not create; nothing was touched. Load it as root (see the runbook)"
    fi
}

# Every table with the number of its rows.
tables() {
    local all name
    mapfile -t all < <(sql "SHOW FULL TABLES FROM \`$DB_NAME\` WHERE Table_type = 'BASE TABLE'")
    for name in "${all[@]%$'\t'*}"; do
        printf '  %s: %s rows\n' "$name" "$(sql "SELECT COUNT(*) FROM \`$DB_NAME\`.\`${name//\`/\`\`}\`")"
    done
}

# Which dump.
if [[ ${BACKUP:-} == list ]]; then
    echo "the dumps of $DB_NAME, oldest first:"
    listed
    exit
elif [[ -z ${BACKUP:-} ]]; then
    BACKUP=$(names '' | tail -n 1)
    [[ -n $BACKUP ]] || die_listing "there is no dump of $DB_NAME"
    if [[ $BACKUP > $DB_NAME-$(date -u +%Y%m%dT%H%M%SZ).sql.gz ]]; then
        die_listing "$BACKUP is of the future, so it may not be the newest; name the dump you want with BACKUP"
    fi
elif [[ ! $BACKUP =~ ^"$DB_NAME"-[0-9]{8}T[0-9]{6}Z(-before-restore)?\.sql\.gz$ ]]; then
    die_listing "BACKUP is '$BACKUP'; it must be the file name of a dump of $DB_NAME, without a directory"
fi
file="$BACKUP_DIRECTORY/$BACKUP"
[[ -f $file ]] || die_listing "there is no dump $BACKUP"

# Whether it can be restored.
echo "checking $BACKUP"
is_whole "$file" || die_listing "$BACKUP is damaged or was cut off; nothing was touched. Name another with BACKUP"
sql 'SELECT 1' >/dev/null || die "no connection to $DB_HOST as $DB_USER, for the reason above; nothing was touched"
creatable "$file"
nobody_else

# The present state, so that this restore can be taken back.
settings=$(sql "SELECT CONCAT('CHARACTER SET ', default_character_set_name, ' COLLATE ', default_collation_name)
    FROM information_schema.schemata WHERE schema_name = '$DB_NAME'")
before='which was not saved'
if [[ -z $settings ]]; then
    echo "there is no database $DB_NAME, so there is nothing to save first"
elif [[ ${SAFETY_DUMP:-} == no ]]; then
    echo 'SAFETY_DUMP=no: the present state is not saved'
else
    echo "saving the present state of $DB_NAME"
    dump -before-restore
    echo "saved it to $dumped"
    before="saved in $dumped"
    nobody_else
fi

# From here on there is no way back but a restore, and the volume says so until one ends well: a line for each that was begun.
echo "replacing $DB_NAME by $BACKUP"
line="$(date -u +%Y-%m-%dT%H:%M:%SZ) began to load $BACKUP; the state before, $before"
if ! printf '%s\n' "$line" >>"$unfinished" || ! sync -- "$unfinished"; then
    die "$unfinished cannot be written, for the reason above; the database was not touched"
fi
# Nobody's lock is waited for longer than a minute: the default is a year.
patience='SET SESSION lock_wait_timeout = 60'
if ! sql "$patience; DROP DATABASE IF EXISTS \`$DB_NAME\`; CREATE DATABASE \`$DB_NAME\` $settings" ||
    ! gzip -dc -- "$file" | mysql "${connection[@]}" --binary-mode --max-allowed-packet=1G "--init-command=$patience" "$DB_NAME"; then
    die "the load of $BACKUP failed, for the reason above: $DB_NAME MAY BE EMPTY OR HALF LOADED" \
        'Keep the services stopped, and restore again: this dump, another, or the state before, as listed here.' \
        'Until a restore ends well no scheduled dump is made.' "$(<"$unfinished")"
fi
rm -f -- "$unfinished"
sync -- "$BACKUP_DIRECTORY"
echo "restored $DB_NAME from $BACKUP; it holds:"
tables
