"""The nightly dump of the database did not happen."""

from crema.generators import AlertSpec, AlertTestSpec, FiringSpec

_OF = '{job="kube-state-metrics", namespace="shop", cronjob="mysql-backup"}'
_CREATED, _SUCCEEDED = f"kube_cronjob_created{_OF}", f"kube_cronjob_status_last_successful_time{_OF}"
_SUMMARY = "the database has had no backup for more than a day"
_DESCRIPTION = (
    "CronJob shop/mysql-backup has not succeeded for 26 hours, or is not there. Users notice nothing; whatever destroys the database now "
    "takes all that was sold since the last dump. Why: `kubectl -n shop get cronjob,job,pod -l app=mysql-backup`"
)
_FIRING = FiringSpec(labels={"namespace": "shop", "cronjob": "mysql-backup"}, summary=_SUMMARY, description=_DESCRIPTION)

BACKUP_NOT_RUN = AlertSpec(
    alert="BackupNotRun",
    # Three ways not to run: it succeeded too long ago (also while suspended), it never did since it was made, it is gone.
    expr=f"""\
max by (namespace, cronjob) (
  time() - {_SUCCEEDED} > 26 * 3600
  or
  time() - ({_CREATED} unless on (namespace, cronjob) {_SUCCEEDED}) > 26 * 3600
  or
  absent({_CREATED})
)
""",
    wait="15m",
    severity="warning",
    summary=_SUMMARY,
    description=_DESCRIPTION,
    tests=(
        AlertTestSpec(
            name="26 hours after the last success it is told of, and no longer once one succeeds",
            # Made at 0, succeeded at 01:00 (3600 s) and again at 30:00 (108000 s).
            series={_CREATED: "0x600", _SUCCEEDED: "_x6 3600x173 108000x60"},
            expect={"26h": (), "27h": (), "27h20m": (), "27h30m": (_FIRING,), "30h30m": ()},
            interval="10m",
        ),
        AlertTestSpec(
            name="26 hours after it was made without a success it is told of",
            series={_CREATED: "0x600"},
            expect={"26h20m": (), "26h30m": (_FIRING,)},
            interval="10m",
        ),
        AlertTestSpec(
            name="a CronJob that is gone is told of soon, whatever others are there",
            series={
                _CREATED: "0x6 stale",
                _SUCCEEDED: "0x6 stale",
                _CREATED.replace("mysql-backup", "other"): "0x60",
                _CREATED.replace("shop", "elsewhere"): "0x60",
            },
            expect={"1h": (), "2h": (_FIRING,)},
            interval="10m",
        ),
        AlertTestSpec(
            name="a dump each night is enough",
            series={_CREATED: "0x600", _SUCCEEDED: "_x12 7200x143 93600x143 180000x60"}
            | {each.replace("mysql-backup", "weekly"): "0x600" for each in (_CREATED, _SUCCEEDED)}
            | {each.replace("shop", "elsewhere"): "0x600" for each in (_CREATED, _SUCCEEDED)}
            | {_CREATED.replace("mysql-backup", "yearly"): "0x600", _CREATED.replace("shop", "never"): "0x600"},
            expect={"2h": (), "26h10m": (), "50h10m": ()},
            interval="10m",
        ),
    ),
)
