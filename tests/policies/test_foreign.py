"""Directories that nobody made for crema: what is right in them has no findings, what is broken never passes."""

import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from crema.check import check

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: order}\nspec: {ports: [{port: 80}]}\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: order
spec:
  replicas: 2
  selector:
    matchLabels: {app: order}
  template:
    metadata:
      labels: {app: order}
    spec:
      containers:
        - name: order
          image: order:1.0.0
"""
BASE = DEPLOYMENT.replace("  selector:\n    matchLabels: {app: order}\n", "")
PATCH = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: order}\nspec: {replicas: 3}\n"
CHART = "apiVersion: v2\nname: order\nversion: 1.0.0\n"
LIST = "apiVersion: v1\nkind: List\n"
RULE = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: alerts}
spec:
  groups:
    - name: shop
      rules:
        - alert: Down
          expr: up == 0
          annotations: {summary: "TEXT"}
"""
STORE = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: db}
spec:
  secretStoreRef: {name: store}
  target: {template: {data: {password: TEXT}}}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(files: dict[str, str | bytes]) -> None:
    """Write files below `m`, beside a Service that is right."""
    for file, content in {"service.yaml": SERVICE, **files}.items():
        path = Path("m") / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def crema_check(*arguments: str) -> Result:
    """Run the command."""
    assert isinstance(check, click.Command)
    return CliRunner().invoke(check, list(arguments))


@pytest.mark.parametrize(
    ("files", "path", "passed_over"),
    [
        pytest.param(
            {"Chart.yaml": CHART, "values.yaml": "kind: DaemonSet\n"}, "m", ["Chart.yaml", "values.yaml"], id="a chart and its values"
        ),
        pytest.param(
            {"Chart.yaml": CHART, "templates/a.yaml": "{{- if .Values.a }}\nkind: [\n"},
            "m",
            ["Chart.yaml", "templates/a.yaml"],
            id="a chart's template",
        ),
        pytest.param(
            {"Chart.yaml": CHART, "templates/s/a.yaml": "kind: {{ .Values.kind }}\n", "templates/s/b.yaml": SERVICE},
            "m/templates",
            ["templates/s/a.yaml"],
            id="a chart's templates by themselves",
        ),
        pytest.param(
            {"Chart.yaml": CHART, "templates/a.yaml": SERVICE.partition("spec:")[0] + '# {{ include "spec" . }}\n'},
            "m",
            ["Chart.yaml", "templates/a.yaml"],
            id="a chart's template that is YAML by chance",
        ),
        pytest.param(
            {"a.yaml": SERVICE.replace("order", "{{ name }}") + "{% if x %}\n---\n{% endif %}\n"}, "m", ["a.yaml"], id="a template of Jinja"
        ),
        pytest.param({"a.yaml": SERVICE.replace("name: order", "name: @NAME@")}, "m", ["a.yaml"], id="a template of autoconf"),
        pytest.param({"tsconfig.json": '{\n  // no comments\n  "strict": true,\n}\n'}, "m", ["tsconfig.json"], id="JSON with comments"),
        pytest.param({"a.json": '{"a": 1}\n{"a": 2}\n'}, "m", ["a.json"], id="lines of JSON"),
        pytest.param({"c.yaml": "version: '3'\nservices: {a: {image: a}}\n"}, "m", ["c.yaml"], id="a compose file"),
        pytest.param(
            {"kustomization.yaml": "resources: [service.yaml]\n"}, "m", ["kustomization.yaml"], id="a kustomization without a kind"
        ),
        pytest.param(
            {"kustomization.yaml": "resources: [service.yaml, 'https://example.com/a', 'github.com/a/b?ref=v1']\n"},
            "m",
            ["kustomization.yaml"],
            id="a kustomization that fetches",
        ),
        pytest.param(
            {"kustomization.yaml": "resources: [all.yaml]\n", "Chart.yaml": CHART},
            "m",
            ["Chart.yaml", "kustomization.yaml"],
            id="a kustomization over a rendered chart",
        ),
        pytest.param(
            {
                "kustomization.yaml": "transformers: [t.yaml]\n",
                "t.yaml": "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: a}\n",
            },
            "m",
            ["kustomization.yaml", "t.yaml"],
            id="a transformer",
        ),
        pytest.param(
            {"kustomization.yaml": "patches: [{path: p.yaml}]\n", "p.yaml": "- {op: remove, path: /spec}\n"},
            "m",
            ["kustomization.yaml"],
            id="operations on JSON",
        ),
        pytest.param(
            {"kustomization.yaml": "patches: [{path: p.yaml}]\n", "p.yaml": PATCH}, "m", ["kustomization.yaml", "p.yaml"], id="a patch"
        ),
        pytest.param(
            {
                "o/kustomization.yaml": "patchesStrategicMerge: [p/a.yaml]\n",
                "o/p/a.yaml": PATCH + "$patch: delete\n",
                "o/p/b.yaml": SERVICE,
            },
            "m/o/p",
            ["o/p/a.yaml"],
            id="a folder of patches by itself",
        ),
        pytest.param({"patch-order.yaml": PATCH}, "m", ["patch-order.yaml"], id="a patch by its name"),
        pytest.param(
            {
                "b/a.yaml": BASE,
                "b/kustomization.yaml": "resources: [a.yaml]\n",
                "o/kustomization.yaml": "resources: [../b]\ncommonLabels: {app: order}\n",
            },
            "m",
            ["b/a.yaml", "b/kustomization.yaml", "o/kustomization.yaml"],
            id="a base whose selector comes from an overlay",
        ),
        pytest.param(
            {"a.yaml": SERVICE + "---\n" + SERVICE.replace("port: 80", "port: 81")}, "m", [], id="one object for two environments"
        ),
        pytest.param({"a.yaml": DEPLOYMENT.replace("replicas: 2", "replicas: ${N}")}, "m", ["a.yaml"], id="a value that Flux fills in"),
        pytest.param({"a.yaml": RULE.replace("TEXT", "{{ $labels.pod }} is down")}, "m", [], id="an alert's own template in quotes"),
        pytest.param({"a.yaml": LIST + "items: []\n", "b.yaml": LIST + "metadata: {}\n"}, "m", [], id="an empty List"),
        pytest.param({"kubeconfig.yaml": "apiVersion: v1\nkind: Config\nclusters: []\n"}, "m", ["kubeconfig.yaml"], id="a kubeconfig"),
    ],
)
def test_what_is_right_passes_and_what_was_passed_over_is_named(files: dict[str, str | bytes], path: str, passed_over: list[str]) -> None:
    """No finding, exit 0, and a line for each file of which not everything was judged."""
    write(files)
    result = crema_check(path)
    lines = [line for line in result.output.splitlines() if line.startswith("unchecked")]
    words = {word.strip("(),") for line in lines for word in line.split()}
    assert result.exit_code == 0, result.output
    assert sorted(word.removeprefix("m/") for word in words if word.startswith("m/")) == passed_over


@pytest.mark.parametrize(
    ("files", "code", "says"),
    [
        pytest.param({"a.yaml": DEPLOYMENT.replace("Deployment", "Deploymnet")}, 1, "did you mean Deployment?", id="kind misspelt"),
        pytest.param({"a.yaml": DEPLOYMENT.replace("apps/v1", "app/v1")}, 1, "has no Deployment in app/v1", id="group misspelt"),
        pytest.param(
            {"a.yaml": DEPLOYMENT.replace("kind:", "knd:")},
            3,
            "/kind is missing or not text; did you write knd for it?",
            id="kind misspelt as a key",
        ),
        pytest.param(
            {"a.yaml": DEPLOYMENT.replace("apiVersion:", "apiversion:")},
            3,
            "did you write apiversion for it?",
            id="apiVersion in another case",
        ),
        pytest.param(
            {"a.yaml": DEPLOYMENT.replace("kind:", "Kind:").replace("apiV", "ApiV")}, 3, "/apiVersion is missing", id="both keys misspelt"
        ),
        pytest.param({"a.yaml": "".join(DEPLOYMENT.splitlines(keepends=True)[2:])}, 3, "/apiVersion is missing", id="both keys lost"),
        pytest.param({"a.yaml": ""}, 3, "the file is empty", id="emptied"),
        pytest.param({"a.yaml": DEPLOYMENT[:5]}, 3, "not an object", id="cut off in its first word"),
        pytest.param({"a.yaml": DEPLOYMENT[:23]}, 3, "not YAML", id="cut off in its second line"),
        pytest.param({"a.yaml": DEPLOYMENT[:35]}, 1, "has no Deploymen in apps/v1", id="cut off in its kind"),
        pytest.param({"a.yaml": DEPLOYMENT[:60]}, 1, "spec is missing", id="cut off in its metadata"),
        pytest.param(
            {"a.yaml": DEPLOYMENT.replace("  replicas: 2\n", "<<<<<<< HEAD\n  replicas: 2\n=======\n  replicas: 3\n>>>>>>> x\n")},
            3,
            "not YAML",
            id="conflict markers",
        ),
        pytest.param({"a.yaml": SERVICE + DEPLOYMENT}, 1, "is given twice", id="a separator lost"),
        pytest.param({"a.yaml": SERVICE + "--\n" + DEPLOYMENT}, 3, "not YAML", id="a separator of two dashes"),
        pytest.param({"a.yaml": DEPLOYMENT.replace("  replicas", "\treplicas")}, 3, "not YAML", id="a tab"),
        pytest.param({"a.yaml": LIST + "items: [{kind: Pod}]\n"}, 3, "/items/0/apiVersion is missing", id="an item of a List"),
        pytest.param({"a.yaml": LIST + "itmes: []\n"}, 3, "did you write itmes for it?", id="a List without items"),
        pytest.param({"a.yaml": LIST + "items: {apiVersion: v1, kind: Pod}\n"}, 3, "/items is not a list", id="a List of no list"),
        pytest.param(
            {"a.yaml": f"- {SERVICE.replace(chr(10), chr(10) + '  ')}"},
            3,
            "the top of the document is not a mapping",
            id="a list at the top",
        ),
        pytest.param(
            {"a.yaml": "|\n  " + SERVICE.replace("\n", "\n  ")}, 3, "the top of the document is not a mapping", id="an object inside text"
        ),
        pytest.param({"a.yaml": DEPLOYMENT.partition("spec:")[0] + "spec: |\n  replicas: 2\n"}, 1, "spec is ", id="a spec inside text"),
        pytest.param({"a.yaml": DEPLOYMENT.encode("utf-16")}, 3, "not UTF-8", id="UTF-16"),
        pytest.param(
            {"a.json": '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a",}}'}, 3, "not JSON", id="a comma too much in JSON"
        ),
        pytest.param(
            {"a.yaml": RULE.replace('"TEXT"', "{{ $labels.pod }} is down")},
            3,
            "key is itself a mapping",
            id="an alert's template without quotes",
        ),
        pytest.param({"a.yaml": "apiVersion: v1\nkind: ConfigMap\ndata: " + "[" * 5000}, 3, "a.yaml", id="nested without end"),
        pytest.param(
            {"a.yaml": "apiVersion: v1\nkind: ConfigMap\ndata: {{ .Values.a\n"},
            3,
            "key is itself a mapping",
            id="a template that is broken itself",
        ),
        pytest.param(
            {"kustomization.yaml": "resources: [gone.yaml]\n"},
            3,
            "it lists gone.yaml, which is not there",
            id="a kustomization that lists what is gone",
        ),
        pytest.param(
            {"kustomization.yaml": "patches: [{path: p.yaml}]\n", "p.yaml": PATCH.replace("replicas", "replcas")},
            1,
            "did you mean replicas?",
            id="a misspelt field of a patch",
        ),
        pytest.param({"a.yaml": "a: [\n"}, 3, "not YAML", id="YAML that may have been anything"),
        pytest.param({"a.yaml": "caf\xe9: 1\n".encode("latin-1")}, 3, "not UTF-8", id="Latin-1"),
        pytest.param(
            {"a.yaml": STORE.replace("TEXT", "{{ .password }}")}, 3, "key is itself a mapping", id="a Secret's template without quotes"
        ),
        pytest.param({"a.yaml": RULE.replace("annotations", "anotatons")}, 1, "did you mean annotations?", id="two letters lost"),
        pytest.param({"a.yaml": BASE}, 1, "spec.selector is missing", id="no kustomization that adds a selector"),
        pytest.param(
            {"Chart.yaml": CHART, "templates/a.yaml": DEPLOYMENT.replace("replicas", "replcas")},
            1,
            "did you mean replicas?",
            id="a chart's template without marks",
        ),
        pytest.param({"Chart.yaml": CHART, "crds/a.yaml": "apiVersion: v1\nkind: [\n"}, 3, "not YAML", id="a chart's CRD"),
    ],
)
def test_what_is_broken_never_passes(files: dict[str, str | bytes], code: int, says: str) -> None:
    """One fault in a file beside one that is right: a finding, or the file by name, and not exit 0."""
    write(files)
    result = crema_check("m")
    assert result.exit_code == code, result.output
    assert says in result.output


def test_a_line_break_in_a_name_and_folders_in_folders_are_no_trouble() -> None:
    """Names come from anywhere; the report has one line for each thing, and no traceback."""
    write({"a\nb.yaml": DEPLOYMENT.replace("replicas", "replcas")})
    here = os.getcwd()
    os.chdir("m")
    for _ in range(300):
        os.mkdir("d")
        os.chdir("d")
    Path("deep.yaml").write_text(SERVICE.replace("port: 80", "port: eighty"), encoding="utf-8")
    os.chdir(here)
    result = crema_check("m")
    assert result.exit_code == 1
    assert result.output.splitlines()[-1].endswith("3 manifests · 2 findings")


def test_a_megabyte_of_opening_braces_is_judged_at_once() -> None:
    """The search for the marks of a template is linear: it was quadratic once, and took hours."""
    write({"a.yaml": "apiVersion: v1\nkind: ConfigMap\n" + "{{ " * 300_000})
    result = crema_check("m")
    assert (result.exit_code, "a.yaml" in result.output) == (3, True)
