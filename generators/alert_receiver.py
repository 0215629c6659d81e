"""Receivers of alerts: whom Alertmanager tells, and how it reads there.

https://prometheus.io/docs/alerting/latest/configuration/#slack_config
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crema.generators.checks import FilePath, Text
from crema.generators.spec import Mistake, Spec, rule

NOBODY = "null"


@dataclass(frozen=True, slots=True, kw_only=True)
class NullReceiverSpec(Spec):
    """A receiver that tells nobody."""

    name: Text = NOBODY

    def body(self) -> dict[str, Any]:
        """The receiver."""
        return {"name": self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackReceiverSpec(Spec):
    """A channel in Slack.

    Args:
        name: of the receiver. channel: where it writes.
        api_url_file: the file, in Alertmanager's container, that holds the webhook's address, which is a secret.
        title, text: Go templates of the message; fallback: of what a telephone shows.
        title_link: where the title leads. color: of the bar beside the message.
        send_resolved: whether the end of an alert is told too (Alertmanager's own default is no).

    """

    name: Text
    channel: Text
    api_url_file: FilePath
    title: Text
    text: Text
    fallback: Text
    title_link: Text
    color: Text
    send_resolved: bool = True

    @rule("name")
    def _somebody(self) -> Iterator[Mistake]:
        if self.name == NOBODY:
            yield self.mistake("name", f"another name than {NOBODY}, by which nobody is meant", self.name)

    def body(self) -> dict[str, Any]:
        """The receiver."""
        names = ("channel", "api_url_file", "send_resolved", "title", "title_link", "text", "fallback", "color")
        return {"name": self.name, "slack_configs": [{name: getattr(self, name) for name in names}]}
