"""Which objects of somebody's directory are sure to be for one cluster.

A directory may hold the same platform for several clusters, and examples of which each stands for itself. Of one environment of our own
everything is for one cluster.
"""

import os
from collections import defaultdict

from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.world import World


def together(world: World, one: Manifest, other: Manifest) -> bool:
    """Whether two objects are for one cluster: those of one file are, and those of one folder in which no object is written twice."""
    if world.closed or one is other:
        return True
    if one.ref == other.ref or os.path.dirname(one.file) != os.path.dirname(other.file):
        return False
    return one.file == other.file or os.path.dirname(one.file) not in world.derived(_of_alternatives)


def _of_alternatives(world: World) -> frozenset[str]:
    """The folders in which two files have an object of one ref: each of them is for itself."""
    files: defaultdict[tuple[str, Ref], set[str]] = defaultdict(set)
    for manifest in world.manifests:
        files[os.path.dirname(manifest.file), manifest.ref].add(manifest.file)
    return frozenset(folder for (folder, _), named in files.items() if len(named) > 1)
