"""The objects of one shop: a namespace, its rules, and applications with what serves, guards and feeds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from bench.manifest_text import Body

_DRINKS: Final = ("espresso", "lungo", "cortado", "macchiato", "ristretto", "flatwhite", "affogato", "mocha", "latte", "galao", "romano")
_TASKS: Final = ("order", "billing", "inventory", "menu", "loyalty", "roaster", "delivery", "frontend", "search", "stock", "mailer", "gift")
_SUFFIXES: Final = ("api", "worker", "web", "gateway", "cache", "db", "events")
_PORTS: Final = {False: (3000, 8000, 8080, 9000), True: (3306, 5432, 6379, 9092)}
_ENTRANCES: Final = ("nginx", "nginx-internal", "gateways")
_REGISTRIES: Final = ("registry.example.com/coffee", "ghcr.io/beans-and-more", "quay.io/coffee")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A namespace and the team that owns it. `draw` decides everything that differs from shop to shop."""

    name: str
    team: str
    draw: Random
    applications: tuple[str, ...] = field(default=())
    charts: tuple[str, ...] = field(default=())
    """The charts that it installs for itself, as releases called `<shop>-<chart>`."""

    def meta(self, name: str, **more: Any) -> Body:
        """The metadata of an object of this namespace."""
        labels: Body = {"app.kubernetes.io/part-of": self.name, "team": self.team}
        if self.draw.random() < 0.5:
            labels |= {"app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": self.draw.choice(("argocd", "kustomize"))}
        return {"name": name, "namespace": self.name, "labels": labels, **more}

    def port(self, name: str) -> int:
        """The port that an application's container listens on; callers have to know it."""
        return _PORTS[is_stateful(name)][sum(name.encode()) % 4]

    def address(self, name: str) -> str:
        """Where its Service is called: a headless one has no ports of its own."""
        return f"{name}:{self.port(name) if is_stateful(name) else 80}"

    def maybe(self, chance: float, **fields: Any) -> Body:
        """These fields, or none."""
        return fields if self.draw.random() < chance else {}


def is_stateful(name: str) -> bool:
    """Whether an application keeps data."""
    return name.endswith(("-db", "-cache", "-events"))


def shop(number: int, draw: Random) -> Shop:
    """The shop with this number; no two have one name."""
    name = f"{draw.choice(_DRINKS)}-{number:04d}"
    tasks = draw.sample(_TASKS, draw.randint(3, 7))
    applications = tuple(f"{task}-{draw.choice(_SUFFIXES)}" for task in tasks)
    charts = tuple(chart for chart in ("tempo", "loki", "alloy") if draw.random() < 0.4)
    charts = charts if "loki" in charts else tuple(chart for chart in charts if chart != "alloy")
    return Shop(name=name, team=f"team-{draw.choice(_DRINKS)}-{number % 17}", draw=draw, applications=applications, charts=charts)


def ground(shop: Shop) -> Iterator[Body]:
    """What a namespace has before anything runs in it: limits, a closed network, rights, a store of secrets."""
    draw = shop.draw
    labels = {"kubernetes.io/metadata.name": shop.name, "pod-security.kubernetes.io/enforce": draw.choice(("baseline", "restricted"))}
    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": shop.name, "labels": labels | {"team": shop.team}}}
    hard = {"requests.cpu": str(draw.randint(4, 40)), "requests.memory": f"{draw.randint(8, 96)}Gi", "pods": str(draw.randint(20, 200))}
    yield {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": shop.meta("quota"), "spec": {"hard": hard}}
    limits = [{"type": "Container", "default": {"memory": "256Mi"}, "defaultRequest": {"cpu": "50m", "memory": "64Mi"}}]
    yield {"apiVersion": "v1", "kind": "LimitRange", "metadata": shop.meta("limits"), "spec": {"limits": limits}}
    closed = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    dns = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
    yield {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": shop.meta("default-deny"), "spec": closed}
    spec = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [dns]}
    yield {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": shop.meta("allow-dns"), "spec": spec}
    inside: list[Body] = [{"podSelector": {}}]
    api: Body = {"ports": [{"port": 443, "protocol": "TCP"}, {"port": 6443, "protocol": "TCP"}]}
    spec = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], "ingress": [{"from": inside}], "egress": [{"to": inside}, api]}
    yield {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": shop.meta("allow-inside"), "spec": spec}
    provider = {"aws": {"service": "SecretsManager", "region": draw.choice(("eu-west-1", "eu-central-1", "us-east-1"))}}
    yield {"apiVersion": "external-secrets.io/v1", "kind": "SecretStore", "metadata": shop.meta("secrets"), "spec": {"provider": provider}}


def rights(shop: Shop) -> Iterator[Body]:
    """Roles of the team and of its robots, and who has them."""
    for name in ("deployer", "viewer", *shop.draw.sample(("oncall", "debugger", "ci", "auditor"), shop.draw.randint(0, 2))):
        verbs = ["get", "list", "watch"] if name in {"viewer", "auditor"} else ["get", "list", "watch", "create", "update", "patch"]
        rules = [
            {"apiGroups": ["apps"], "resources": ["deployments", "statefulsets"], "verbs": verbs},
            {"apiGroups": [""], "resources": ["pods", "pods/log", "services", "configmaps"], "verbs": verbs},
        ]
        yield {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": shop.meta(name), "rules": rules}
        reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
        subjects = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": f"{shop.team}:{name}"}]
        binding = {"metadata": shop.meta(name), "roleRef": reference, "subjects": subjects}
        yield {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", **binding}


def application(shop: Shop, name: str) -> Iterator[Body]:
    """One application: what runs, how it is reached, what it may reach and what it reads."""
    draw, stateful = shop.draw, is_stateful(name)
    selector = {"app": name} if draw.random() < 0.6 else {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": shop.name}
    port = shop.port(name)
    scaled = not stateful and draw.random() < 0.4
    root = f"/api/{name.partition('-')[0]}" if name.endswith(("-api", "-gateway")) else ""
    pod = {"metadata": {"labels": selector | {"team": shop.team}}, "spec": _pod(shop, name, port, root)}
    if stateful:
        claim = {"metadata": {"name": "data"}, "spec": _claim(shop)}
        spec = {"replicas": draw.randint(1, 3), "serviceName": name, "selector": {"matchLabels": selector}, "template": pod}
        claims = {"volumeClaimTemplates": [claim]}
        yield {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": shop.meta(name), "spec": spec | claims}
    else:
        strategy = shop.maybe(0.5, strategy={"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}})
        spec = {"selector": {"matchLabels": selector}, **strategy, "template": pod}
        # Replicas that stand in git as well would be set back whenever the autoscaler moves them.
        spec |= {} if scaled else {"replicas": draw.randint(1, 6)}
        yield {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": shop.meta(name), "spec": spec}
    ports = [{"name": "http" if not stateful else "tcp", "port": port if stateful else 80, "targetPort": port}]
    headless = shop.maybe(1.0 if stateful else 0.0, clusterIP="None")
    yield {"apiVersion": "v1", "kind": "Service", "metadata": shop.meta(name), "spec": {**headless, "selector": selector, "ports": ports}}
    yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": shop.meta(name), "automountServiceAccountToken": False}
    yield from _around(shop, name, selector, port)
    if scaled:
        yield _scaler(shop, name)
    if not stateful and not name.endswith("-worker"):
        route = _ingress(shop, name, root) if draw.random() < 0.7 else _http_route(shop, name, root)
        yield route
        if "tls" in route["spec"]:
            yield _certificate(shop, name)
    if stateful or draw.random() < 0.3:
        yield _cron_job(shop, name)
    if draw.random() < 0.15:
        metadata = shop.meta(f"{name}-archive")
        yield {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": _claim(shop)}


def _around(shop: Shop, name: str, selector: Body, port: int) -> Iterator[Body]:
    """What most applications have beside a workload and a Service."""
    draw = shop.draw
    inside: Body = {"podSelector": {}}
    around = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": space}}} for space in ("monitoring", *_ENTRANCES)]
    ingress = [{"from": [inside, *around], "ports": [{"port": port, "protocol": "TCP"}]}]
    outside = f"10.{draw.randint(0, 255)}"
    egress = [{"to": [inside]}, {"to": [{"ipBlock": {"cidr": f"{outside}.0.0/16", "except": [f"{outside}.{draw.randint(0, 9)}.0/24"]}}]}]
    spec = {"podSelector": {"matchLabels": selector}, "policyTypes": ["Ingress", "Egress"], "ingress": ingress, "egress": egress}
    yield {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": shop.meta(name), "spec": spec}
    keys = ["password", *(key for key in ("token", "dsn") if draw.random() < 0.5)]
    secret: Body = {"refreshInterval": "1h0m0s", "secretStoreRef": {"kind": "SecretStore", "name": "secrets"}, "target": {"name": name}}
    secret["data"] = [{"secretKey": key, "remoteRef": {"key": f"{shop.name}/{name}", "property": key}} for key in keys]
    yield {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": shop.meta(name), "spec": secret}
    yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": shop.meta(f"{name}-config"), "data": _settings(shop, name)}
    least: tuple[int | str, ...] = (1, "50%")
    budget = {"minAvailable": draw.choice(least), "selector": {"matchLabels": selector}}
    yield {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": shop.meta(name), "spec": budget}


def _scaler(shop: Shop, name: str) -> Body:
    draw = shop.draw
    resource = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": draw.randint(50, 90)}}
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    bounds = {"minReplicas": 1, "maxReplicas": draw.randint(4, 20), "metrics": [{"type": "Resource", "resource": resource}]}
    scaling: Body = {"scaleTargetRef": target, **bounds}
    return {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": shop.meta(name), "spec": scaling}


def _pod(shop: Shop, name: str, port: int, root: str) -> Body:
    draw = shop.draw
    image = f"{draw.choice(_REGISTRIES)}/{name}:{draw.randint(0, 9)}.{draw.randint(0, 40)}.{draw.randint(0, 9)}"
    variables: list[Body] = [{"name": "LOG_LEVEL", "value": draw.choice(("info", "debug", "warn"))}]
    variables += [{"name": "ROOT_PATH", "value": root}] if root else []
    variables += [{"name": f"{peer.upper().replace('-', '_')}_URL", "value": f"http://{shop.address(peer)}"} for peer in shop.applications]
    variables += [
        {"name": f"FEATURE_{number}", "value": draw.choice(("true", "off", "1", "v2"))}
        for number in draw.sample(range(1000), draw.randint(0, 6))
    ]
    reference = {"secretKeyRef": {"name": name, "key": "password"}}
    variables.append({"name": "PASSWORD", "valueFrom": reference})
    get = {"path": f"{root}/health", "port": port}
    probes = {
        "readinessProbe": {"httpGet": get, "periodSeconds": draw.choice((5, 10)), "timeoutSeconds": 2},
        **shop.maybe(0.7, livenessProbe={"httpGet": get, "failureThreshold": draw.randint(3, 9), "periodSeconds": 10}),
        **shop.maybe(0.4, startupProbe={"httpGet": get, "failureThreshold": 30, "periodSeconds": 2}),
    }
    resources = {
        "requests": {"cpu": f"{draw.randint(1, 20) * 25}m", "memory": f"{draw.randint(1, 16) * 64}Mi"},
        "limits": {"memory": "2Gi"},
    }
    locked = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    mounts = [{"name": "config", "mountPath": "/etc/app", "readOnly": True}, {"name": "tmp", "mountPath": "/tmp"}]
    container: Body = {"name": name, "image": image, "ports": [{"containerPort": port, "name": "main"}], "env": variables}
    container |= {**probes, "resources": resources, "securityContext": locked, "volumeMounts": mounts}
    sidecar: Body = {
        "name": "proxy",
        "image": f"envoyproxy/envoy:v1.{draw.randint(28, 34)}.1",
        "args": ["-c", "/etc/envoy.yaml", "--log-level", "warn"],
    }
    sidecar |= {"resources": {"requests": {"cpu": "20m", "memory": "48Mi"}}, "securityContext": locked}
    migrate: list[Body] = [{"name": "migrate", "image": image, "command": ["/bin/sh", "-c", "./migrate up"], "securityContext": locked}]
    return {
        "serviceAccountName": name,
        **shop.maybe(0.25, initContainers=migrate),
        "containers": [container, *([sidecar] if draw.random() < 0.3 else [])],
        "volumes": [{"name": "config", "configMap": {"name": f"{name}-config"}}, {"name": "tmp", "emptyDir": {}}],
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        **shop.maybe(0.3, topologySpreadConstraints=[_spread(name)]),
        **shop.maybe(0.2, tolerations=[{"key": "dedicated", "operator": "Equal", "value": shop.team, "effect": "NoSchedule"}]),
    }


def _spread(name: str) -> Body:
    spread = {"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway"}
    return {**spread, "labelSelector": {"matchLabels": {"app": name}}}


def _settings(shop: Shop, name: str) -> Body:
    draw = shop.draw
    lines = [
        f"{key}.{draw.choice(_TASKS)}={draw.randint(1, 5000)}"
        for key in ("pool", "timeout", "retries", "queue", "cache") * draw.randint(1, 4)
    ]
    pools = "".join(
        f"- name: {peer}\n  url: http://{shop.address(peer).replace(':', f'.{shop.name}.svc:')}\n  weight: {draw.randint(1, 9)}\n"
        for peer in shop.applications
    )
    server = "server {\n  listen 8080;\n  location / {\n    proxy_pass http://127.0.0.1:3000;\n    proxy_read_timeout 30s;\n  }\n}\n"
    return {
        "application.properties": "\n".join(lines) + "\n",
        **shop.maybe(0.6, **{"upstreams.yaml": f"upstreams:\n{pools}"}),
        **shop.maybe(0.3, **{"nginx.conf": server}),
        "OWNER": shop.team,
        "MAX_CUPS": str(draw.randint(1, 500)),
        "GREETING": f"welcome to {name}: how may we help?",
    }


def _claim(shop: Shop) -> Body:
    size = {"requests": {"storage": f"{shop.draw.choice((1, 5, 10, 50, 200))}Gi"}}
    return {"accessModes": ["ReadWriteOnce"], "resources": size, **shop.maybe(0.7, storageClassName="gp3")}


def _ingress(shop: Shop, name: str, root: str) -> Body:
    draw, host = shop.draw, f"{name}.{shop.name}.example.com"
    annotations: Body = {"nginx.ingress.kubernetes.io/proxy-body-size": f"{draw.randint(1, 64)}m"}
    annotations |= shop.maybe(0.4, **{"nginx.ingress.kubernetes.io/ssl-redirect": "true"})
    path = root or "/"
    if not root and draw.random() < 0.3:
        path = f"/{name}(/|$)(.*)"
        annotations |= {"nginx.ingress.kubernetes.io/use-regex": "true", "nginx.ingress.kubernetes.io/rewrite-target": "/$2"}
    kind = "ImplementationSpecific" if "(" in path else "Prefix"
    paths = [{"path": path, "pathType": kind, "backend": {"service": {"name": name, "port": {"number": 80}}}}]
    if not root and draw.random() < 0.2:
        paths.append({"path": "/assets", "pathType": "Prefix", "backend": {"service": {"name": name, "port": {"name": "http"}}}})
    rules = [{"host": host, "http": {"paths": paths}}]
    tls = shop.maybe(0.8, tls=[{"hosts": [host], "secretName": f"{name}-tls"}])
    spec = {"ingressClassName": draw.choice(("nginx", "nginx", "nginx-internal")), "rules": rules, **tls}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": shop.meta(name, annotations=annotations), "spec": spec}


def _certificate(shop: Shop, name: str) -> Body:
    data = [{"secretKey": key, "remoteRef": {"key": f"{shop.name}/{name}-tls", "property": key}} for key in ("tls.crt", "tls.key")]
    target = {"name": f"{name}-tls", "template": {"type": "kubernetes.io/tls"}}
    spec = {"refreshInterval": "1h0m0s", "secretStoreRef": {"kind": "SecretStore", "name": "secrets"}, "target": target, "data": data}
    return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": shop.meta(f"{name}-tls"), "spec": spec}


def _http_route(shop: Shop, name: str, root: str) -> Body:
    rule: Body = {"matches": [{"path": {"type": "PathPrefix", "value": root or "/"}}], "backendRefs": [{"name": name, "port": 80}]}
    header = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "x-shop", "value": shop.name}]}}
    rule |= shop.maybe(0.4, filters=[header])
    spec = {"parentRefs": [{"name": "public", "namespace": "gateways"}], "hostnames": [f"{name}.{shop.name}.example.com"], "rules": [rule]}
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": shop.meta(name), "spec": spec}


def _cron_job(shop: Shop, name: str) -> Body:
    draw = shop.draw
    script = (
        f'set -eu\nstamp=$(date +%F)\ndump --host {name} | gzip > "/dumps/$stamp.gz"\nfind /dumps -mtime +{draw.randint(3, 30)} -delete\n'
    )
    container: Body = {
        "name": "run",
        "image": f"{draw.choice(_REGISTRIES)}/tools:1.{draw.randint(0, 20)}",
        "command": ["/bin/sh", "-c", script],
    }
    container["securityContext"] = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    restricted = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    run = {"restartPolicy": "OnFailure", "automountServiceAccountToken": False, "securityContext": restricted, "containers": [container]}
    pod = {"spec": run, "metadata": {"labels": {"job": name}}}
    job = {"schedule": f"{draw.randint(0, 59)} {draw.randint(0, 23)} * * *", "concurrencyPolicy": "Forbid", "successfulJobsHistoryLimit": 2}
    spec = {**job, "jobTemplate": {"spec": {"backoffLimit": 2, "template": pod}}}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": shop.meta(f"{name}-nightly"), "spec": spec}
