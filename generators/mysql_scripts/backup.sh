#!/usr/bin/env bash
# Dump the database to the backup volume and keep the newest KEEP dumps. Its environment and its files: dumps.sh.
#
# It ends with 0 exactly when a new, verified dump is on the disk. Nothing older is deleted before that.
set -eu -o pipefail
# shellcheck source=generators/mysql_scripts/dumps.sh
source "${0%/*}/dumps.sh"

# A dump that has not grown for an hour belongs to a pod that was killed. It goes first: on a full volume it would stand in the way of
# every dump to come.
remove_abandoned() {
    local file
    for file in "$BACKUP_DIRECTORY"/."$DB_NAME"-*.partial; do
        if (($(date +%s) - $(stat --format=%Y -- "$file") > 3600)); then
            rm -f -- "$file"
            echo "removed ${file##*/}, which a killed run had left"
        fi
    done
}

# Delete the oldest dumps of this suffix beyond KEEP, but never the one just made, however wrong a clock may have been.
keep_newest() {
    local all name
    mapfile -t all < <(names "$1")
    local surplus=$((${#all[@]} - KEEP))
    ((surplus > 0)) || return 0
    for name in "${all[@]:0:surplus}"; do
        if [[ $name != "$dumped" ]]; then
            rm -f -- "$BACKUP_DIRECTORY/$name"
            echo "deleted $name: the newest $KEEP are kept"
        fi
    done
}

if [[ -e $unfinished ]]; then
    die "no dump is made, because a restore has not ended well and $DB_NAME may be half loaded:" "$(<"$unfinished")" \
        'Finish it first; docs/runbooks/restore-mysql.md says how.'
fi
remove_abandoned
dump ''
echo "dumped $DB_NAME to $dumped"
keep_newest ''
keep_newest -before-restore
echo 'there are now:'
listed
