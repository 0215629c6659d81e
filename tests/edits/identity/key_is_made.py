"""Edits that identity-key-is-made finds."""

from tests.edits.body import at, containers, put
from tests.edits.edit import Body, Edit
from tests.edits.ways import values_of


def _other_key(body: Body) -> bool:
    variables = [variable for container in containers(body) for variable in container.get("env", ())]
    return any(put(variable, "passwd", "valueFrom", "secretKeyRef", "key") for variable in variables)


def _generator_makes_another(body: Body) -> bool:
    return put(body, "value", "spec", "secretKeys", 0)


def _store_gives_another(body: Body) -> bool:
    return put(body, "secret", "spec", "data", 0, "secretKey")


def _template_replaces_all(body: Body) -> bool:
    body["spec"]["target"].setdefault("template", {}).update({"mergePolicy": "Replace", "data": {"note": "none"}})
    return at(body, "spec", "target", "template", "type") is None


def _file(body: Body) -> bool:
    receivers = at(values_of(body, "kube-prometheus-stack") or {}, "alertmanager", "config", "receivers") or ()
    configs = [config for receiver in receivers for config in receiver.get("slack_configs", ())]
    return any(put(config, f"{config['api_url_file']}s", "api_url_file") for config in configs if "api_url_file" in config)


EDITS = (
    Edit(name="a variable reads another key", kinds=("Deployment", "StatefulSet", "CronJob"), change=_other_key, said="key passwd"),
    Edit(
        name="the generator makes another key",
        kinds=("Password",),
        change=_generator_makes_another,
        environments=("local",),
        everywhere=True,
    ),
    Edit(name="what the store has goes to another key", kinds=("ExternalSecret",), change=_store_gives_another, environments=("eks",)),
    Edit(name="a template replaces every key", kinds=("ExternalSecret",), change=_template_replaces_all, everywhere=True),
    Edit(name="a chart reads a file of another name", kinds=("Application",), change=_file, said="urls", everywhere=True),
)
