"""How a pod ends: what is under way is finished, the last spans are sent, and the exit code is 0; and how one does not begin."""

from __future__ import annotations

import json
import signal
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.external import start
from tests.services import cluster, images
from tests.services.shop import BACK_ENDS, Shop
from tests.services.stand_in import Answer, standing_in

pytestmark = pytest.mark.engine

LATTE = {"menu_id": 3, "quantity": 2}


def test_an_order_under_way_is_finished(shop: Shop, tmp_path: Path) -> None:
    """SIGTERM while billing takes its time: the guest gets the order, it is recorded, its span arrives, nobody new is served."""
    asked = threading.Event()

    def slow(path: str) -> Answer:
        if path.endswith("/payment"):
            asked.set()
            time.sleep(3)
        return 200, {}

    trace = f"{time.time_ns():032x}"
    got: list[httpx.Response] = []
    with standing_in(slow) as (port, _):
        order = shop.back_end("order", names={"billing:80": port})

        def guest() -> None:
            headers = {"traceparent": f"00-{trace}-00000000000000ab-01"}
            got.append(httpx.post(f"{order.url}/orders", json=LATTE, headers=headers, timeout=30, trust_env=False))

        with order.up(tmp_path / "log") as process:
            thread = threading.Thread(target=guest)
            thread.start()
            assert asked.wait(timeout=10)
            began = time.monotonic()
            process.terminate()
            time.sleep(1)
            with pytest.raises(httpx.ConnectError):
                httpx.get(f"{order.url}/health", trust_env=False)
            assert process.wait(timeout=30) == 0
            took = time.monotonic() - began
            thread.join()
    assert [a.status_code for a in got] == [201]
    assert 2 < took < 10
    assert shop.orders() == [["3", "2", "9000"]]
    assert ("order", "POST /api/order/orders") in {(s.service, s.name) for s in shop.collector.of(trace)}


def test_all_of_it_fits_into_the_time_a_pod_has() -> None:
    """The wait before the signal, that for requests and that for spans, one after the other."""
    from services.back_end import serving, traces

    for app in BACK_ENDS:
        before = cluster.container(app)["lifecycle"]["preStop"]["sleep"]["seconds"]
        has = cluster.find("Deployment", app)["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        assert before + serving._SECONDS_TO_FINISH + traces._SECONDS_TO_FLUSH < has


@pytest.mark.parametrize("app", BACK_ENDS)
def test_an_idle_service_ends_at_once(shop: Shop, app: str) -> None:
    """With 0, which is no crash, though a connection of a caller is still open."""
    shop.client.get(f"/api/{app}/health")
    began = time.monotonic()
    with httpx.Client(trust_env=False) as open_connection:
        open_connection.get(f"http://127.0.0.1:{shop.ports[app]}/api/{app}/health")
        assert shop.end(app) == 0
    assert time.monotonic() - began < 5
    shop.begin_back_end(app)


def test_the_frontend_ends_by_the_signal_of_its_image(shop: Shop) -> None:
    """With 0, as nginx does when it has answered what it was asked."""
    process = shop.processes["frontend"]
    assert images.read("frontend").image.words("STOPSIGNAL") == ("SIGQUIT",)
    process.send_signal(signal.SIGQUIT)
    try:
        assert process.wait(timeout=10) == 0
    finally:
        shop.end("frontend")
        shop.begin_frontend()
    assert shop.client.get("/").status_code == 200


@pytest.mark.parametrize("variable", ["ROOT_PATH", "DB_HOST", "DB_USER", "DB_PASSWORD", "DB_NAME", "BILLING_SERVICE_URL"])
def test_a_service_does_not_begin_without_a_variable(shop: Shop, variable: str) -> None:
    """It ends with 2 and one line, which names it; in the language of its other lines."""
    inventory = shop.back_end("inventory", names={})
    env = {name: value for name, value in inventory.env.items() if name != variable}
    done = start(inventory.command, cwd=inventory.cwd, env=env)
    (line,) = done.stdout.splitlines()
    assert (done.status, done.stderr, json.loads(line)["level"]) == (2, "", "critical")
    assert json.loads(line)["message"].startswith(f"inventory cannot start: {variable} is missing: ")


def test_nothing_is_written_into_an_image(opened: Shop) -> None:
    """Not by starting, serving and ending: the root file system is read-only in the cluster, and only /tmp is not."""
    for app in (*BACK_ENDS, "frontend"):
        root = opened.directory / "images" / app
        fresh = opened.directory / "again" / app
        fresh.mkdir(parents=True)
        images.built(app, fresh, opened.directory / "packages")
        assert {p.relative_to(root) for p in root.rglob("*")} == {p.relative_to(fresh) for p in fresh.rglob("*")}
