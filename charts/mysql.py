"""mysql: the shop's one database, written by one server onto one volume."""

from pathlib import Path

import cdk8s
from constructs import Construct

from charts.back_end import DATABASE, DATABASE_PASSWORD, DATABASE_USER
from charts.environment import Environment
from charts.service_dashboard import ServiceDashboard
from crema.generators import MySQL, MySQLSpec, SecretKeySpec

ROOT_PASSWORD = SecretKeySpec(name="mysql-root", key="password")


class MySQLChart(cdk8s.Chart):
    """The services connect as an account that has rights on their database alone; root connects only from inside the pod."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "mysql", namespace="shop")
        MySQL(
            self,
            "mysql",
            MySQLSpec(
                name="mysql",
                image="docker.io/library/mysql:8.4.10",
                database=DATABASE,
                user=DATABASE_USER,
                password=DATABASE_PASSWORD,
                root_password=ROOT_PASSWORD,
                storage="10Gi",
                storage_class=environment.storage_class,
                init_sql={"1-tables.sql": (Path(__file__).parent / "mysql.sql").read_text(encoding="utf-8")},
            ),
        )
        ServiceDashboard(self, "mysql", environment, traced=False, routed=False, volume="mysql-data")
