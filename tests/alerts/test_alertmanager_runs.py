"""A real Alertmanager with the platform's configuration, and a Slack that only listens: what arrives there, and what never does."""

import json
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from charts.alertmanager import REPLACED_ALERTS, config
from charts.environments import LOCAL
from crema.generators.writer import document
from crema.policies.contracts.kube_prometheus_stack_alerts import ALERTMANAGER, ALERTS
from tests.alerts.environments import alerts
from tests.alerts.merge import merged
from tests.alerts.test_alertmanager import PAIRS
from tests.external import running, server

pytestmark = pytest.mark.engine
Alert = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slack:
    """Every message that was posted, in order."""

    messages: list[dict[str, Any]] = field(default_factory=list)

    def titles(self) -> set[str]:
        """The titles of all messages so far."""
        return {message["attachments"][0]["title"] for message in self.messages}

    def of(self, title: str) -> dict[str, Any]:
        """The message with a title."""
        (found,) = [m for m in self.messages if m["attachments"][0]["title"] == title]
        return found


@pytest.fixture(scope="module")
def slack() -> Iterator[tuple[Slack, str]]:
    """A listener on this machine, and its address."""
    heard = Slack()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *arguments: object) -> None:
            """Keep quiet."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    yield heard, f"http://127.0.0.1:{listener.server_port}/services/hook"
    listener.shutdown()
    listener.server_close()


@pytest.fixture(scope="module")
def address(slack: tuple[Slack, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running Alertmanager. It waits a second where the platform's waits minutes, and reads the webhook from another directory."""
    program = server("prometheus-alertmanager", package="prometheus-alertmanager")
    folder = tmp_path_factory.mktemp("alertmanager")
    (folder / "url").write_text(slack[1], encoding="utf-8")
    given = merged(ALERTMANAGER, config(LOCAL).config())
    for receiver in given["receivers"]:
        for each in receiver.get("slack_configs", []):
            each["api_url_file"] = str(folder / "url")
    given["route"] |= {"group_wait": "1s", "group_interval": "1s"}
    (folder / "alertmanager.yaml").write_text(document(given), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        here = f"127.0.0.1:{free.getsockname()[1]}"
    words: list[str | Path] = [
        *(program, f"--config.file={folder / 'alertmanager.yaml'}", f"--storage.path={folder / 'data'}"),
        *(f"--web.listen-address={here}", "--cluster.listen-address="),
    ]
    with running(words, ready=lambda: _answers(f"http://{here}/-/ready"), log=folder / "log", cwd=folder):
        yield f"http://{here}"


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _post(address: str, sent: list[Alert], *, over: bool = False) -> None:
    now = datetime.now(UTC)
    ends = now if over else now + timedelta(hours=1)
    body = [{**alert, "startsAt": (now - timedelta(minutes=1)).isoformat(), "endsAt": ends.isoformat()} for alert in sent]
    request = urllib.request.Request(f"{address}/api/v2/alerts", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def _wait(until: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not until() and time.monotonic() < deadline:
        time.sleep(0.1)
    return until()


def _ours() -> list[Alert]:
    """Each alert of ours as one of its own tests expects it, in a namespace of its own so that none silences another."""
    made = []
    for alert in alerts(LOCAL):
        firing = next(each for test in alert.tests for at_once in test.expect.values() for each in at_once)
        labels = {**firing.labels, "alertname": alert.alert, "severity": alert.severity, "namespace": alert.alert.lower()}
        annotations = {**firing.texts, "runbook_url": alert.runbook_url}
        made.append({"labels": labels | ({"service": "web"} if alert.alert.startswith("Ingress") else {}), "annotations": annotations})
    return made


def _charts() -> list[Alert]:
    return [
        {"labels": {"alertname": name, "severity": severity, "namespace": f"{name}-{severity}"}, "annotations": {"summary": f"{name}!"}}
        for name, severities in ALERTS.items()
        for severity in severities
        if name not in REPLACED_ALERTS
    ]


def test_each_alert_arrives_when_it_fires_and_when_it_is_over(address: str, slack: tuple[Slack, str]) -> None:
    """Ours and the chart's, in the channel, with the texts; information and Watchdog never do."""
    heard, _ = slack
    sent = [*_ours(), *_charts()]
    told = [alert for alert in sent if alert["labels"]["severity"] in {"critical", "warning"}]

    def title(alert: Alert, state: str) -> str:
        return f"{state}: {alert['labels']['alertname']} in {alert['labels']['namespace']} (local)"

    fired = {title(alert, alert["labels"]["severity"].upper()) for alert in told}
    over = {title(alert, "RESOLVED") for alert in told}
    _post(address, sent)
    assert _wait(lambda: heard.titles() >= fired), sorted(fired - heard.titles())
    _post(address, sent, over=True)
    assert _wait(lambda: heard.titles() >= fired | over), sorted((fired | over) - heard.titles())
    time.sleep(2)
    assert heard.titles() == fired | over
    assert {message["channel"] for message in heard.messages} == {"#sre_monitoring"}
    for alert in _ours():
        severity = alert["labels"]["severity"]
        (fires,) = heard.of(title(alert, severity.upper()))["attachments"]
        for text in ("summary", "description", "runbook_url"):
            shown = alert["annotations"][text].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            assert shown in fires["text"]
        assert fires["color"] == {"critical": "danger", "warning": "warning"}[severity]
        assert fires["title_link"] == alert["annotations"]["runbook_url"]
        (ends,) = heard.of(title(alert, "RESOLVED"))["attachments"]
        assert (ends["text"].strip(), ends["color"]) == (f"Over: {alert['annotations']['summary']}", "good")


@pytest.mark.parametrize("number", range(len(PAIRS)))
def test_alertmanager_silences_what_we_say_it_will(address: str, number: int) -> None:
    """What is proven of the configuration by our own reading holds in the program."""
    source, target, silenced = PAIRS[number]
    pair = [{"labels": source}, {"labels": target}]

    def states() -> dict[tuple[str, ...], list[str]]:
        with urllib.request.urlopen(f"{address}/api/v2/alerts", timeout=10) as answer:
            listed = json.load(answer)
        return {tuple(sorted(alert["labels"].values())): alert["status"]["inhibitedBy"] for alert in listed}

    key = tuple(sorted(target.values()))
    _post(address, pair)
    try:
        if silenced:
            assert _wait(lambda: bool(states().get(key)))
        else:
            time.sleep(0.5)
            assert states()[key] == []
    finally:
        _post(address, pair, over=True)
        assert _wait(lambda: states() == {})
