"""mysql-backup: the shop's database, dumped every night onto a volume of its own."""

import cdk8s
from constructs import Construct

from charts.back_end import DATABASE, DATABASE_PASSWORD, DATABASE_USER
from charts.environment import Environment
from crema.generators import MySQLBackup, MySQLBackupSpec


class MySQLBackupChart(cdk8s.Chart):
    """A week of dumps; docs/runbooks/restore-mysql.md says how one is restored."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "mysql-backup", namespace="shop")
        MySQLBackup(
            self,
            "mysql-backup",
            MySQLBackupSpec(
                name="mysql-backup",
                image="docker.io/library/mysql:8.4.10",
                server="mysql",
                database=DATABASE,
                user=DATABASE_USER,
                password=DATABASE_PASSWORD,
                # UTC. A dump takes no lock that a customer would notice, so the hour matters little.
                schedule="17 3 * * *",
                keep=7,
                storage="5Gi",
                storage_class=environment.storage_class,
            ),
        )
