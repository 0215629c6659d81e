"""order: shows the menu, takes an order, uses up the stock and books the payment."""

import cdk8s
from constructs import Construct

from charts.back_end import BackEnd
from charts.environment import Environment


class OrderChart(cdk8s.Chart):
    """The one back end that calls the other two."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "order", namespace="shop")
        BackEnd(
            self,
            "order",
            environment,
            root_path="/api/order",
            calls=("inventory", "billing"),
            env={"INVENTORY_SERVICE_URL": "http://inventory", "BILLING_SERVICE_URL": "http://billing"},
            url_appends={"INVENTORY_SERVICE_URL": "/api/inventory", "BILLING_SERVICE_URL": "/api/billing"},
        )
