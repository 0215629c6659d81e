"""Where a platform runs: what every environment has; a platform adds its own settings in a subclass."""

from dataclasses import dataclass

from crema.generators.checks import DnsLabel
from crema.generators.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSpec(Spec):
    """One environment; each chart is built once for each.

    Args:
        name: its directory under `dist/`.

    """

    name: DnsLabel
