"""Routes of alerts: which receiver Alertmanager tells of an alert with given labels.

https://prometheus.io/docs/alerting/latest/configuration/#route
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crema.generators.alert_receiver import NOBODY
from crema.generators.checks import Duration, PrometheusLabel, Text
from crema.generators.duration import seconds
from crema.generators.matcher import MatcherSpec, match
from crema.generators.spec import Mistake, Spec, rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSpec(Spec):
    """One node of the routing tree.

    Args:
        receiver: who is told; None: whoever the route above tells.
        matchers: which alerts come this way, of those that reached the route above; all of them must match.
        group_by: alerts that are alike in these labels are told of together; None: as the route above, (): all together.
        group_wait: how long a new group gathers alerts. group_interval: between messages about a group that changed.
        repeat_interval: between messages about one that did not.
        continue_: whether the next routes are tried as well after this one took an alert.
        routes: tried in order, before this one itself.

    """

    receiver: Text | None = None
    matchers: tuple[MatcherSpec, ...] = ()
    group_by: tuple[PrometheusLabel, ...] | None = None
    group_wait: Duration | None = None
    group_interval: Duration | None = None
    repeat_interval: Duration | None = None
    continue_: bool = False
    routes: "tuple[RouteSpec, ...]" = ()

    @rule("group_by")
    def _each_label_once(self) -> Iterator[Mistake]:
        if self.group_by is not None and len(set(self.group_by)) < len(self.group_by):
            yield self.mistake("group_by", "labels, each once", self.group_by)

    @rule("group_interval", "repeat_interval")
    def _intervals_pass(self) -> Iterator[Mistake]:
        """Alertmanager refuses an interval of nothing."""
        for name, value in (("group_interval", self.group_interval), ("repeat_interval", self.repeat_interval)):
            if value is not None and seconds(value) == 0:
                yield self.mistake(name, "longer than nothing", value)

    def body(self) -> dict[str, Any]:
        """The route and those below it."""
        settings = {name: getattr(self, name) for name in ("receiver", "group_wait", "group_interval", "repeat_interval")}
        body = {name: value for name, value in settings.items() if value is not None}
        if self.group_by is not None:
            body["group_by"] = list(self.group_by)
        if self.matchers:
            body["matchers"] = [m.text() for m in self.matchers]
        if self.continue_:
            body["continue"] = True
        if self.routes:
            body["routes"] = [r.body() for r in self.routes]
        return body

    def reaches(self, labels: Mapping[str, str], above: str = NOBODY) -> tuple[str, ...]:
        """The receivers that are told of an alert, in the order of the tree; a receiver of two routes twice. () where it does not match.

        `above`: the receiver of the route above.
        """
        if not match(self.matchers, labels):
            return ()
        receiver = above if self.receiver is None else self.receiver
        reached: list[str] = []
        for route in self.routes:
            below = route.reaches(labels, receiver)
            reached += below
            if below and not route.continue_:
                break
        return tuple(reached) or (receiver,)

    def all_routes(self) -> "Iterator[RouteSpec]":
        """The route itself and those below it."""
        yield self
        for route in self.routes:
            yield from route.all_routes()
