"""Edits that identity-template-reads-made-keys finds."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit


def _other_key(body: Body) -> bool:
    data = at(body, "spec", "target", "template", "data") or {}
    read = {key: text for key, text in data.items() if ".password" in text}
    data.update({key: text.replace(".password", ".passwd") for key, text in read.items()})
    return bool(read)


def _other_generator(body: Body) -> bool:
    data = at(body, "spec", "target", "template", "data") or {}
    reference = at(body, "spec", "dataFrom", 0, "sourceRef", "generatorRef")
    if reference is None or not any("{{" in text for text in data.values()):
        return False
    reference["kind"] = "UUID"
    return True


def _new(body: Body) -> bool:
    template = at(body, "spec", "target", "template")
    template["data"] = {**template.get("data", {}), "url": "mysql://coffee:{{ .secret }}@mysql/coffee_machine"}
    return True


_SECRETS = ("ExternalSecret",)
EDITS = (
    Edit(name="a key is misspelt", kinds=_SECRETS, change=_other_key, environments=("local",), said="passwd", everywhere=True),
    Edit(name="a generator that gives other keys", kinds=_SECRETS, change=_other_generator, environments=("local",), everywhere=True),
    Edit(name="a new template reads what nothing gives", kinds=_SECRETS, change=_new, said=".secret", everywhere=True),
)
