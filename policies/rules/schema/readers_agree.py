"""The policy schema-readers-agree."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.world import World

_GITHUB = ".github/"
_SETTINGS = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: settings, namespace: shop}}
    data:
      {data}
"""
_DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        spec:
          volumes:
            - name: settings
              configMap: {name: settings, defaultMode: 0444}
"""


class ReadersAgree(Policy[Manifest]):
    """Every reader of the YAML reads the same values from it.

    Why: Kubernetes, Helm and Argo CD read YAML 1.1 with rules of their own, editors, yq and many a pipeline read YAML 1.2. A
    reviewer sees `on` where the cluster gets true, and of a key given twice all but one disappear without a word. An error where
    a value is lost: a key given twice, a tag. A warning where a value or its type is another one: `yes`, `0b11`, 010, a key
    that a later `<<` overrides. An info for `<<` itself. An octal file mode (`defaultMode: 0644`) is nothing: the API's own
    documentation writes it so. Nor is what PyYAML alone takes otherwise, such as dates and 190:20:30: it applies no manifest.
    Fix: write what is meant: quotes around text, true or false, a decimal number, every key once and no tag.
    Source: https://github.com/kubernetes-sigs/yaml and https://yaml.org/spec/1.2.2/#103-core-schema
    """

    id = "schema-readers-agree"
    basis = "breaks"
    allowed = (
        Example(
            name="words in quotes, and inside longer text",
            manifests=_SETTINGS.format(data='{flag: "yes", call: on call, number: "0b11", version: 1.10.0, day: "2026-01-02"}'),
        ),
        Example(name="an octal file mode, as the documentation of the API writes it", manifests=_DEPLOYMENT),
        Example(
            name="a workflow of GitHub, which reads YAML 1.2",
            manifests="",
            documents={".github/workflows/ci.yaml": "on: {push: {branches: [main]}}"},
            repository=True,
        ),
        Example(
            name="what PyYAML alone takes otherwise",
            manifests=_SETTINGS.format(data="{day: 2026-01-02, time: 190:20:30, equals: =, big: 1e3}"),
        ),
    )
    denied = (
        Denied(
            name="a key given twice in a workflow",
            manifests="",
            documents={".github/workflows/ci.yaml": "jobs: {}\njobs: {}"},
            repository=True,
            at=".github/workflows/ci.yaml",
            pointer="/jobs",
            message="the key 'jobs' is given twice in one mapping, on lines 1 and 2: Kubernetes keeps the last one",
        ),
        Denied(
            name="a key given twice",
            manifests=_SETTINGS.format(data="LEVEL: debug\n      LEVEL: info"),
            at="ConfigMap/shop/settings",
            pointer="/data/LEVEL",
            message="the key 'LEVEL' is given twice in one mapping, on lines 6 and 7: Kubernetes keeps the last one",
        ),
        Denied(
            name="text that is a boolean, and a number that is another one",
            manifests=_SETTINGS.format(data="{feature: on, count: 010}"),
            at="ConfigMap/shop/settings",
            pointer="/data/feature",
            message="on without quotes is the boolean true to Kubernetes and text to readers of YAML 1.2",
            also=(
                Pinned(
                    at="ConfigMap/shop/settings",
                    pointer="/data/count",
                    message="010 is the number 8 to Kubernetes and 10 to readers of YAML 1.2",
                ),
            ),
        ),
        Denied(
            name="the value of a Secret, which is not shown",
            manifests="{apiVersion: v1, kind: Secret, metadata: {name: mysql, namespace: shop}, stringData: {pin: 0123, y: a}}",
            at="Secret/shop/mysql",
            pointer="/stringData/pin",
            message="a number has another value to Kubernetes than to readers of YAML 1.2",
            also=(
                Pinned(
                    at="Secret/shop/mysql",
                    pointer="/stringData/true",
                    message="the key y without quotes is true to Kubernetes and y to readers of YAML 1.2",
                ),
            ),
        ),
        Denied(
            name="a password that is a tag",
            manifests="{apiVersion: v1, kind: Secret, metadata: {name: mysql}, stringData: {password: !hunter2 }}",
            at="Secret/mysql",
            pointer="/stringData/password",
            message="a tag (a word that begins with `!`) is dropped by Kubernetes; other readers refuse it or make something else of it",
        ),
        Denied(
            name="a mapping merged over a key that was already there",
            manifests="{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: first, <<: {a: second}}}",
            at="ConfigMap/settings",
            pointer="/data/a",
            message="the key 'a' stands before a `<<` that brings it: Kubernetes takes what is merged, others what is written",
            also=(
                Pinned(
                    at="ConfigMap/settings",
                    pointer="/data/<<",
                    message="Kubernetes merges what `<<` names into the mapping; to readers of YAML 1.2 it is a key like any other",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every manifest; of the repository, every document (a bootstrap's are among them)."""
        return (*world.manifests, *(world.documents if world.repository else ()))

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each doubt that the loader noted. GitHub reads its files by YAML 1.2, and Kubernetes never does."""
        del world
        elsewhere = target.ref.name.startswith(_GITHUB)
        for doubt in target.doubts:
            if elsewhere and doubt.severity != "error":
                continue
            yield self.finding(Node(manifest=target, value=None, pointer=doubt.pointer), doubt.text, severity=doubt.severity)
