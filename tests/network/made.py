"""NetworkPolicies, pods and addresses, made by hand for tests."""

from ipaddress import ip_network
from typing import Any

from crema.policies.model.manifest import Manifest, ref_of
from crema.policies.model.network.block import Network as Addresses
from crema.policies.model.network.end import NAME_LABEL, End
from crema.policies.model.network.policy import NetworkPolicy, policy_of
from crema.policies.model.network.selector import Labels
from crema.policies.model.network.verdict import Connection, Network
from crema.policies.model.pods import pod_templates

Body = dict[str, Any]


def body(spec: Body, *, namespace: str = "shop", name: str = "policy") -> Body:
    """A NetworkPolicy with this spec."""
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def manifest(made: Body) -> Manifest:
    """The manifest of an object."""
    return Manifest(ref=ref_of(made), api_version=str(made["apiVersion"]), body=made, file="made.yaml")


def policies(*bodies: Body) -> tuple[NetworkPolicy, ...]:
    """NetworkPolicies of these bodies."""
    return tuple(policy_of(manifest(one)) for one in bodies)


def pod(
    labels: dict[str, str],
    *,
    namespace: str = "shop",
    space: dict[str, str] | None = None,
    address: str = "10.1.0.1",
    ports: dict[str, int] | None = None,
    on_host: bool = False,
    open: bool = False,
) -> End:
    """A pod with these labels, in a namespace with its own name and the labels of `space`; `open`: it may carry more labels."""
    listed = [{"name": name, "containerPort": number} for name, number in (ports or {}).items()]
    spec = {"containers": [{"name": "main", "ports": listed}]}
    made = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod", "namespace": namespace, "labels": labels}, "spec": spec}
    (template,) = pod_templates(manifest(made))
    return End(
        name="pod",
        namespace=namespace,
        labels=Labels(carried=labels, open=open),
        space=Labels(carried={NAME_LABEL: namespace, **(space or {})}, open=open),
        addresses=(ip_network(address, strict=False),),
        on_host=on_host,
        pod=template,
    )


def outside(address: str) -> End:
    """Traffic from or to an address (or every one of a range) that is no pod's."""
    network: Addresses = ip_network(address, strict=False)
    return End(name=address, addresses=(network,), each=True)


def permitted(
    made: tuple[NetworkPolicy, ...], caller: End, callee: End, port: int, protocol: str = "TCP"
) -> tuple[bool | None, bool | None]:
    """What policies say of a connection: on the caller's side and on the callee's."""
    connection, network = Connection(caller=caller, callee=callee, port=port, protocol=protocol), Network(made)
    return network.verdict(connection, "egress").permitted, network.verdict(connection, "ingress").permitted
