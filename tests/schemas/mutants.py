"""Valid manifests, and the same manifests broken in one place: what the two judges of schemas are compared on."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from crema.policies.schemas.catalog import NoSchema
from crema.policies.schemas.validate import validate

ROOT = Path(__file__).resolve().parents[2]
Body = dict[str, Any]
Place = tuple[str | int, ...]

#: One valid object of each project's custom resources that dist/ may not hold, in shapes that use choices and formats.
CUSTOM: tuple[Body, ...] = tuple(
    yaml.safe_load_all("""
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: order, namespace: argocd, finalizers: [resources-finalizer.argocd.argoproj.io/background]}
spec:
  project: shop
  destination: {namespace: shop, server: https://kubernetes.default.svc}
  source: {repoURL: https://example.com/shop.git, path: dist/local/order, helm: {valuesObject: {a: {b: [1]}}}}
  syncPolicy: {automated: {prune: true}, retry: {limit: 3, refresh: true, backoff: {duration: 5s, factor: 2}}}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: order, namespace: shop}
spec:
  selector: {matchLabels: {app: order}}
  endpoints: [{port: http, interval: 30s, targetPort: 8000, scheme: http}]
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: order, namespace: shop}
spec: {groups: [{name: a, rules: [{alert: A, expr: vector(1), for: 5m, labels: {severity: info}}]}]}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: mysql, namespace: shop}
spec:
  refreshPolicy: CreatedOnce
  target: {name: mysql, creationPolicy: Orphan, immutable: true}
  dataFrom: [{sourceRef: {generatorRef: {apiVersion: generators.external-secrets.io/v1alpha1, kind: Password, name: a}}}]
---
apiVersion: generators.external-secrets.io/v1alpha1
kind: Password
metadata: {name: mysql, namespace: shop}
spec: {length: 24, symbols: 0, noUpper: false, allowRepeat: true}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: shop, namespace: shop}
spec:
  gatewayClassName: nginx
  addresses: [{type: IPAddress, value: 10.0.0.1}, {type: Hostname, value: shop.example.com}]
  listeners: [{name: http, port: 80, protocol: HTTP}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: order, namespace: shop}
spec:
  parentRefs: [{name: shop}]
  hostnames: [shop.example.com]
  rules:
    - matches: [{path: {type: PathPrefix, value: /api/order}}]
      backendRefs: [{name: order, port: 80, weight: 1}]
---
apiVersion: v1
kind: Secret
metadata: {name: mysql, namespace: shop, creationTimestamp: "2026-01-31T08:00:00Z"}
type: Opaque
data: {password: aHVudGVyMg==}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: order, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: order}
  minReplicas: 1
  maxReplicas: 3
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
""")
)


def committed() -> tuple[Body, ...]:
    """Every manifest under dist/, in order of file name; values of a Helm chart and the like are none."""
    found = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted((ROOT / "dist").rglob("*.yaml")))
    return tuple(body for body in found if {"apiVersion", "kind"} <= body.keys())


def seeds() -> tuple[Body, ...]:
    """The manifests that mutants are made from: the first of each kind under dist/ that has a schema, and CUSTOM."""
    first: dict[tuple[str, str], Body] = {}
    for body in committed():
        first.setdefault((body["apiVersion"], body["kind"]), body)
    return tuple(body for body in (*first.values(), *CUSTOM) if not isinstance(validate(body), NoSchema))


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    """Every place below the top of a body."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


#: What a mutation puts in the place of a value.
STRANGE: tuple[Any, ...] = (
    None, True, 0, -1, 7, 2**40, 0.5, "", "7", "64Mi", "always", "a b", "Order_1", "1.2.3.4", "!", [], [None], ["a"], {}, {"a": 1}
)  # fmt: skip


#: What is done at every place: two operations, and values to put there.
CHANGES: tuple[Any, ...] = ("drop", "add", None, True, 7, "x", [], {})


def every_mutant() -> Iterator[Body]:
    """Each seed with each of its keys or items dropped or replaced, and each of its mappings with a field too many."""
    for seed in SEEDS:
        for place in ((), *places(seed)):
            for change in CHANGES:
                body = copy.deepcopy(seed)
                parent = at(body, place[:-1])
                value = at(body, place)
                if change == "add" and isinstance(value, dict):
                    value["unheardOf"] = 1
                elif change == "drop" and place:
                    del parent[place[-1]]
                elif change not in ("drop", "add") and place:
                    parent[place[-1]] = change
                yield body


def at(body: Any, place: Place) -> Any:
    """The value at a place."""
    for step in place:
        body = body[step]
    return body


@st.composite
def mutants(draw: st.DrawFn) -> Body:
    """A seed with one mutation: a key dropped, renamed or added, or a value replaced, wrapped or repeated."""
    body = copy.deepcopy(draw(st.sampled_from(SEEDS)))
    *way, last = draw(st.sampled_from(sorted(places(body), key=str)))
    parent = at(body, tuple(way))
    how = draw(st.sampled_from(("drop", "rename", "add", "replace", "replace", "wrap", "repeat")))
    if how == "drop":
        del parent[last]
    elif how == "wrap":
        parent[last] = [parent[last]]
    elif how == "repeat" and isinstance(parent[last], list):
        parent[last] *= 2
    elif how == "rename" and isinstance(parent, dict):
        parent[draw(st.sampled_from((str(last)[:-1], f"{last}s", str(last).lower(), f"x/{last}")))] = parent.pop(last)
    elif how == "add" and isinstance(parent, dict):
        parent["unheardOf"] = draw(st.sampled_from(STRANGE))
    else:
        parent[last] = draw(st.sampled_from(STRANGE))
    return body


def key(body: Body) -> str:
    """A body as text, to tell mutants apart."""
    return json.dumps(body, sort_keys=True)


SEEDS = seeds()
