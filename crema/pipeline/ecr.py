"""Amazon's registries by their names. https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html"""

import re
from typing import Final

_ECR: Final = re.compile(r"[0-9]{12}\.dkr\.ecr(-fips)?\.(?P<region>[a-z0-9\-]+)\.amazonaws\.com(\.cn)?")


def region_of(registry: str) -> str | None:
    """The region of such a registry; None of any other."""
    match = _ECR.fullmatch(registry)
    return None if match is None else match["region"]
