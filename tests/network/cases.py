"""Many sets of NetworkPolicies and connections, the same on every run: what another evaluator was asked, and what ours is.

`python -m tests.network.cases > cases.json` writes them for the other one, as JSON.
"""

import json
import sys
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any

from crema.policies.model.network.end import NAME_LABEL, End
from tests.network.made import Body, body, outside, permitted, pod, policies

_KEYS, _VALUES, _SPACES, _NAMES = ("app", "tier"), ("a", "b"), ("shop", "monitoring"), ("http", "metrics")
_NUMBER, _ASKED = 250, 12


class Choice:
    """Choices that depend on a seed and on nothing of the version of Python."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def number(self, below: int) -> int:
        """A whole number from 0 on."""
        return int(self._random.random() * below)

    def one(self, *of: Any) -> Any:
        """One of these."""
        return of[self.number(len(of))]

    def some(self, make: Any, most: int) -> list[Any]:
        """So many of what is made, or fewer, or none."""
        return [make(self) for _ in range(self.number(most + 1))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A connection: ends as words for the other evaluator, and as ours."""

    words: dict[str, Any]
    caller: End
    callee: End
    port: int
    protocol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Policies and what is asked of them."""

    policies: list[Body]
    asked: list[Asked]

    def answers(self) -> list[str]:
        """What ours says: `y` or `n` for the caller's side and for the callee's."""
        made = policies(*self.policies)
        words = {True: "y", False: "n", None: "?"}
        return ["".join(words[side] for side in permitted(made, one.caller, one.callee, one.port, one.protocol)) for one in self.asked]

    def words(self) -> dict[str, Any]:
        """The case for the other evaluator."""
        return {"policies": self.policies, "queries": [one.words for one in self.asked]}


def cases() -> list[Case]:
    """All of them."""
    return [_case(Choice(seed)) for seed in range(_NUMBER)]


def fingerprint() -> str:
    """Changes with the cases: then the answers have to be recorded anew."""
    return sha256(json.dumps([case.words() for case in cases()], sort_keys=True).encode()).hexdigest()[:16]


def _case(choose: Choice) -> Case:
    made = [_policy(choose, name) for name in range(1 + choose.number(4))]
    return Case(policies=made, asked=[_asked(choose) for _ in range(_ASKED)])


def _policy(choose: Choice, name: int) -> Body:
    # The API server fills policyTypes in, so that the other evaluator always has them.
    types = choose.one(["Ingress"], ["Egress"], ["Ingress", "Egress"])
    spec: dict[str, Any] = {"podSelector": _selector(choose), "policyTypes": types}
    for side, key, kind in (("ingress", "from", "Ingress"), ("egress", "to", "Egress")):
        if kind in types:
            rules = choose.some(lambda choose, key=key: {key: choose.some(_peer, 2), "ports": choose.some(_port, 2)}, 3)
            # Of no rules the API server keeps no list either.
            spec |= {side: rules} if rules else {}
    return body(spec, namespace=choose.one(*_SPACES), name=f"policy-{name}")


def _selector(choose: Choice) -> dict[str, Any]:
    kind = choose.number(4)
    if kind == 0:
        return {}
    if kind < 3:
        return {"matchLabels": {choose.one(*_KEYS): choose.one(*_VALUES)}}
    operator = choose.one("In", "NotIn", "Exists", "DoesNotExist")
    values = {"values": [choose.one(*_VALUES)]} if operator in {"In", "NotIn"} else {}
    return {"matchExpressions": [{"key": choose.one(*_KEYS), "operator": operator, **values}]}


def _peer(choose: Choice) -> dict[str, Any]:
    kind = choose.number(4)
    if kind == 0:
        cidr = choose.one("10.0.0.0/8", "10.1.0.0/16", "172.16.0.0/12")
        excepted = {"except": [choose.one("10.1.0.0/30", "172.18.0.0/29")]} if choose.number(2) else {}
        return {"ipBlock": {"cidr": cidr, **({} if excepted and excepted["except"][0][:3] != cidr[:3] else excepted)}}
    if kind == 1:
        return {"podSelector": _selector(choose)}
    spaces = {} if choose.number(3) == 0 else {"matchLabels": {NAME_LABEL: choose.one(*_SPACES)}}
    return {"namespaceSelector": spaces} if kind == 2 else {"namespaceSelector": spaces, "podSelector": _selector(choose)}


def _port(choose: Choice) -> dict[str, Any]:
    kind = choose.number(4)
    if kind == 0:
        return {"port": choose.one(*_NAMES), "protocol": "TCP"}
    if kind == 1:
        first = 1 + choose.number(3)
        return {"port": first, "endPort": first + choose.number(3), "protocol": "TCP"}
    return {"port": 1 + choose.number(4), "protocol": choose.one("TCP", "TCP", "UDP")}


def _asked(choose: Choice) -> Asked:
    port, name, protocol = 1 + choose.number(5), choose.one("", *_NAMES), choose.one("TCP", "TCP", "UDP")
    (said, caller), (said_too, callee) = (_end(choose, port, "" if protocol == "UDP" else name) for _ in range(2))
    if callee.pod is None:
        name = ""
    words = {"Source": said, "Dest": said_too, "Port": port, "PortName": "" if protocol == "UDP" else name, "Protocol": protocol}
    return Asked(words=words, caller=caller, callee=callee, port=port, protocol=protocol)


def _end(choose: Choice, port: int, name: str) -> tuple[dict[str, Any], End]:
    """A pod, whose one port has a name if any, or an address outside."""
    address = f"{choose.one('10.1', '10.9', '172.18')}.0.{1 + choose.number(9)}"
    if choose.number(4) == 0:
        return {"ip": address, "external": True}, outside(address)
    namespace, labels = choose.one(*_SPACES), {key: choose.one(*_VALUES) for key in _KEYS if choose.number(3)}
    said = {"labels": labels, "namespace": namespace, "namespaceLabels": {NAME_LABEL: namespace}, "ip": address, "external": False}
    return said, pod(labels, namespace=namespace, address=address, ports={name: port} if name else {})


if __name__ == "__main__":
    json.dump([case.words() for case in cases()], sys.stdout)
