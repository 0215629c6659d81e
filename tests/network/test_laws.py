"""Laws of NetworkPolicies, whatever the policies are."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crema.policies.model.network.selector import Labels
from tests.network.made import Body, body, outside, permitted, pod, policies

KEYS, VALUES, SPACES = ("app", "tier", "team"), ("a", "b", "c"), ("shop", "monitoring")
LABELS = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=3)
ADDRESSES = st.builds("{}.{}.0.{}".format, st.sampled_from([10, 172]), st.integers(16, 19), st.integers(1, 6))
BLOCKS = st.builds("{}.{}.0.0/{}".format, st.sampled_from([10, 172]), st.integers(16, 19), st.sampled_from([8, 14, 16, 29]))
REQUIREMENTS = st.one_of(
    st.builds(
        lambda key, operator, values: {"key": key, "operator": operator, "values": values},
        st.sampled_from(KEYS),
        st.sampled_from(["In", "NotIn"]),
        st.lists(st.sampled_from(VALUES), min_size=1, max_size=2, unique=True),
    ),
    st.builds(lambda key, operator: {"key": key, "operator": operator}, st.sampled_from(KEYS), st.sampled_from(["Exists", "DoesNotExist"])),
)
SELECTORS = st.builds(
    lambda labels, expressions: {"matchLabels": labels, "matchExpressions": expressions}, LABELS, st.lists(REQUIREMENTS, max_size=2)
)
PEERS = st.one_of(
    st.builds(lambda pods: {"podSelector": pods}, SELECTORS),
    st.builds(lambda spaces: {"namespaceSelector": spaces}, SELECTORS),
    st.builds(lambda pods, spaces: {"podSelector": pods, "namespaceSelector": spaces}, SELECTORS, SELECTORS),
    st.builds(lambda block: {"ipBlock": {"cidr": block}}, BLOCKS),
)
PORTS = st.one_of(
    st.builds(lambda port, protocol: {"port": port, "protocol": protocol}, st.integers(1, 6), st.sampled_from(["TCP", "UDP"])),
    st.builds(lambda port, more: {"port": port, "endPort": port + more}, st.integers(1, 4), st.integers(0, 3)),
    st.builds(lambda port: {"port": port}, st.sampled_from(["http", "metrics"])),
    st.just({"protocol": "TCP"}),
)


def rules(side: str) -> st.SearchStrategy[dict[str, Any]]:
    """One rule; no peers are everybody, no ports every port."""
    return st.builds(lambda peers, ports: {side: peers, "ports": ports}, st.lists(PEERS, max_size=3), st.lists(PORTS, max_size=3))


POLICIES = st.builds(
    lambda selector, types, ingress, egress, space: body(
        {"podSelector": selector, "policyTypes": types, "ingress": ingress, "egress": egress}, namespace=space
    ),
    SELECTORS,
    st.sampled_from([["Ingress"], ["Egress"], ["Ingress", "Egress"]]),
    st.lists(rules("from"), max_size=2),
    st.lists(rules("to"), max_size=2),
    st.sampled_from(SPACES),
)
MANY = st.lists(POLICIES, max_size=4)
PODS = st.builds(
    lambda labels, space, labels_of, address, ports: pod(labels, namespace=space, space=labels_of, address=address, ports=ports),
    LABELS,
    st.sampled_from(SPACES),
    LABELS,
    ADDRESSES,
    st.dictionaries(st.sampled_from(["http", "metrics"]), st.integers(1, 6), max_size=2),
)
ENDS = st.one_of(PODS, st.builds(outside, ADDRESSES))
ASKED = st.integers(1, 7)


@given(MANY, ENDS, ENDS, ASKED, st.data())
def test_one_rule_more_takes_no_connection_away(made: list[Body], caller: Any, callee: Any, port: int, data: st.DataObject) -> None:
    """Rules add up: what is permitted stays so when a policy that is there gets another rule."""
    before = permitted(policies(*made), caller, callee, port)
    more = [
        {**one, "spec": {**one["spec"], side: [*one["spec"][side], data.draw(rules(key))]}}
        for one in made
        for side, key in [data.draw(st.sampled_from([("ingress", "from"), ("egress", "to")]))]
    ]
    after = permitted(policies(*more), caller, callee, port)
    assert all(now for was, now in zip(before, after, strict=True) if was)


@given(MANY, ENDS, ENDS, ASKED, st.randoms())
def test_order_and_repetition_do_not_matter(made: list[Body], caller: Any, callee: Any, port: int, random: Any) -> None:
    """Policies have no order, and the same one twice says the same."""
    turned = [*made, *made]
    random.shuffle(turned)
    assert permitted(policies(*turned), caller, callee, port) == permitted(policies(*made), caller, callee, port)


@given(MANY, PODS, PODS, ASKED)
def test_the_last_policy_that_isolates_opens_the_pod_when_it_goes(made: list[Body], caller: Any, callee: Any, port: int) -> None:
    """A pod that no policy selects any more is open; as long as one does, a policy that goes opens nothing by itself."""
    before = permitted(policies(*made), caller, callee, port)
    for index, gone in enumerate(policies(*made)):
        rest = made[:index] + made[index + 1 :]
        after = permitted(policies(*rest), caller, callee, port)
        for side, own, direction in ((0, caller, "egress"), (1, callee, "ingress")):
            isolating = [one for one in policies(*rest) if one.selects(own) and getattr(one, direction) is not None]
            if not isolating:
                assert after[side] is True
            elif not gone.selects(own) or getattr(gone, direction) is None:
                assert after[side] is before[side]
            else:
                assert not after[side] or before[side]


@given(BLOCKS, BLOCKS, ADDRESSES, ASKED)
def test_an_exception_is_what_is_taken_away(block: str, excepted: str, address: str, port: int) -> None:
    """A block with an exception admits an address exactly if the block does and a block of the exception does not."""

    def admits(peer: dict[str, Any]) -> bool | None:
        return permitted(policies(body({"podSelector": {}, "ingress": [{"from": [peer]}]})), outside(address), pod({}), port)[1]

    both = admits({"ipBlock": {"cidr": block, "except": [excepted]}})
    assert both is (admits({"ipBlock": {"cidr": block}}) and not admits({"ipBlock": {"cidr": excepted}}))


@given(LABELS, st.lists(REQUIREMENTS, max_size=3), PODS, ASKED, st.sampled_from(["podSelector", "namespaceSelector"]))
def test_a_wider_selector_admits_no_less(labels: dict[str, str], asked: list[Any], caller: Any, port: int, key: str) -> None:
    """Each requirement that is left out of a peer admits the same callers and perhaps more."""

    def admits(requirements: list[Any]) -> bool | None:
        peer = {key: {"matchExpressions": requirements}}
        return permitted(policies(body({"podSelector": {}, "ingress": [{"from": [peer]}]})), caller, pod(labels), port)[1]

    for index in range(len(asked)):
        assert not admits(asked) or admits(asked[:index] + asked[index + 1 :])


@given(st.integers(1, 6), st.integers(0, 3), ASKED, PODS)
def test_a_range_of_ports_is_each_of_them(first: int, more: int, port: int, caller: Any) -> None:
    """`endPort` says no more than a list of the ports."""

    def admits(ports: list[Any]) -> bool | None:
        return permitted(policies(body({"podSelector": {}, "ingress": [{"ports": ports}]})), caller, pod({}), port)[1]

    assert admits([{"port": first, "endPort": first + more}]) is admits([{"port": one} for one in range(first, first + more + 1)])


@given(MANY, PODS, PODS, ASKED)
def test_no_policy_touches_pods_on_their_nodes_network(made: list[Body], caller: Any, callee: Any, port: int) -> None:
    """They are open on their own side, and on the other side no more than their address."""
    on_host = replace(caller, on_host=True)
    assert permitted(policies(*made), on_host, callee, port)[0] is True
    address = str(caller.addresses[0])
    assert permitted(policies(*made), on_host, callee, port)[1] is permitted(policies(*made), outside(address), callee, port)[1]


@given(MANY, PODS, PODS, LABELS, ASKED)
def test_what_is_sure_of_some_labels_stays_so_with_more(made: list[Body], caller: Any, callee: Any, more: Any, port: int) -> None:
    """A verdict that is reached though the pods may carry further labels is the one for any further labels."""
    known = [replace(end, labels=replace(end.labels, open=True)) for end in (caller, callee)]
    said = permitted(policies(*made), known[0], known[1], port)
    full = [replace(end, labels=Labels(carried={**more, **end.labels.carried})) for end in (caller, callee)]
    true = permitted(policies(*made), full[0], full[1], port)
    assert all(was is None or was is now for was, now in zip(said, true, strict=True))


@given(MANY, PODS, BLOCKS, ASKED)
def test_a_range_is_admitted_exactly_if_its_halves_are(made: list[Body], callee: Any, block: str, port: int) -> None:
    """Traffic from anywhere in a range is decided, and each half of it too."""
    whole = outside(block)
    halves = [permitted(policies(*made), half, callee, port)[1] for half in whole.halves()]
    assert permitted(policies(*made), whole, callee, port)[1] is all(halves)
