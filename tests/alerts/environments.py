"""The environments whose alerts are proven: those of the platform, and a local one with the other ingress controller."""

from dataclasses import replace

from charts.alerts import rules
from charts.environment import Environment
from charts.environments import ENVIRONMENTS, LOCAL
from crema.generators import AlertSpec, TraefikSpec

ALL: tuple[Environment, ...] = (*ENVIRONMENTS, replace(LOCAL, name="traefik", ingress=TraefikSpec()))


def alerts(environment: Environment) -> list[AlertSpec]:
    """Every alert of an environment."""
    return [alert for group in rules(environment).groups for alert in group.rules]
