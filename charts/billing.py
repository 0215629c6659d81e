"""billing: books payments and costs, and adds up the sales."""

import cdk8s
from constructs import Construct

from charts.back_end import BackEnd
from charts.environment import Environment


class BillingChart(cdk8s.Chart):
    """Called by the other two; calls only the database."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "billing", namespace="shop")
        BackEnd(self, "billing", environment, root_path="/api/billing")
