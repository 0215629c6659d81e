"""inventory: knows the stock, uses it up and buys it in."""

import cdk8s
from constructs import Construct

from charts.back_end import BackEnd
from charts.environment import Environment


class InventoryChart(cdk8s.Chart):
    """Tells billing what it bought."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "inventory", namespace="shop")
        BackEnd(
            self,
            "inventory",
            environment,
            root_path="/api/inventory",
            calls=("billing",),
            # Unlike order, inventory needs the whole root path.
            env={"BILLING_SERVICE_URL": "http://billing/api/billing"},
            url_appends={"BILLING_SERVICE_URL": "/inventory-cost"},
        )
