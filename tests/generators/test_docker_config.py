"""The template of a pull secret, executed by the real Go template engine with the same functions that the operator gives it."""

import base64
import json
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from crema.generators.ecr_pull_secret import DOCKER_CONFIG
from tests.external import run
from tests.strategies import texts

pytestmark = pytest.mark.engine

_HOST = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com"
# Base64 carries what the template is given and what it makes of it past YAML.
_TEMPLATE = """\
{{- define "docker-config" }}%s{{ end }}
apiVersion: v1
kind: ConfigMap
metadata: {name: rendered}
data:
{{- range $index, $token := .Values.tokens }}
  {{- $token := dict "proxy_endpoint" $token.host "username" (b64dec $token.username) "password" (b64dec $token.password) }}
  "{{ $index }}": {{ include "docker-config" $token | b64enc }}
{{- end }}
"""
Token = tuple[str, str]


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def rendered(template: str, tokens: list[Token]) -> list[str]:
    """What a template makes of each user name and password, by helm: Go's text/template with the functions of sprig."""
    values = {"tokens": [{"host": f"https://{_HOST}", "username": _encoded(name), "password": _encoded(word)} for name, word in tokens]}
    with tempfile.TemporaryDirectory() as folder:
        chart = Path(folder)
        (chart / "templates").mkdir()
        (chart / "Chart.yaml").write_text("apiVersion: v2\nname: rendered\nversion: 0.1.0\n", encoding="utf-8")
        (chart / "templates" / "rendered.yaml").write_text(_TEMPLATE % template, encoding="utf-8")
        (chart / "values.yaml").write_text(json.dumps(values), encoding="utf-8")
        done = run("helm", "template", "rendered", chart)
    assert done.status == 0, done.stderr
    data = yaml.safe_load(done.stdout)["data"]
    return [base64.b64decode(data[str(index)]).decode() for index in range(len(tokens))]


def right(token: Token, text: str) -> bool:
    """Whether a text is the docker configuration for a token: what the kubelet sends to the registry is the token's own two words."""
    name, word = token
    try:
        config = json.loads(text)
    except json.JSONDecodeError:
        return False
    return bool(config == {"auths": {_HOST: {"username": name, "password": word, "auth": _encoded(f"{name}:{word}")}}})


@settings(max_examples=5, database=None, phases=(Phase.explicit, Phase.generate))
@given(st.lists(st.tuples(texts, texts), min_size=20, max_size=60))
@example([("AWS", "eyJwYXlsb2FkIjoi==" * 100), ('A"W', "a\\b\n"), ("{{ .x }}", '"}}'), ("<&>", "%s%d\x7f☕"), ("", "")])
def test_any_token_gives_right_json(tokens: list[Token]) -> None:
    """No character of a user name or password ends a string or a template."""
    assert [token for token, text in zip(tokens, rendered(DOCKER_CONFIG, tokens), strict=True) if not right(token, text)] == []


def test_a_template_that_only_quotes_is_caught() -> None:
    """The comparison can fail: with plain quotes a password with a quote in it breaks the JSON."""
    careless = '{"auths": {"r": {"username": "{{ .username }}", "password": "{{ .password }}"}}}'
    (text,) = rendered(careless, [("AWS", 'a"b')])
    assert text.endswith('"password": "a"b"}}}')
    assert not right(("AWS", 'a"b'), text)
