"""A mistake in Alertmanager's configuration is listed with its line, though it stands in another chart's values."""

from tests.generators.conftest import Project

_CHART = """
import cdk8s
from crema.generators import *

class One(cdk8s.Chart):
    def __init__(self, scope, environment):
        super().__init__(scope, "one", namespace="monitoring")
        Namespace(self, "n", NamespaceSpec(name="monitoring"))
        told = AlertmanagerConfig(self, "alertmanager", AlertmanagerConfigSpec(
            receivers=(NullReceiverSpec(),),
            route=RouteSpec(
                receiver="null",
                routes=(RouteSpec(
                    matchers=(MatcherSpec(label="severity", value="critical"),),
                    receiver="RECEIVER",
                ),),
            ),
        ))
        cdk8s.ApiObject(self, "values", api_version="v1", kind="ConfigMap", metadata={"name": "values"}).add_json_patch(
            cdk8s.JsonPatch.add("/data", {"receiver": told.config["route"]["receiver"]})
        )
"""


def test_a_route_to_a_receiver_that_is_not_there_is_a_mistake_of_its_line(project: Project) -> None:
    """And the only one: that the values cannot be made without it is no other."""
    project.write("one.py", _CHART.replace("RECEIVER", "slack"))
    assert project.synth().errors == ["charts/one.py:14: Route 'slack': receiver is 'slack'; it must be one of the receivers null"]
    assert not project.dist.exists()


def test_a_right_configuration_makes_no_object_and_gives_its_values(project: Project) -> None:
    """The chart that carries it is all there is."""
    project.write("one.py", _CHART.replace("RECEIVER", "null"))
    assert project.synth().errors == []
    assert [name for name in project.tree() if "lertmanager" in name] == []
    assert b'receiver: "null"' in project.tree()["dist/local/one/configmap-values.yaml"]
