"""Names of images, as docker reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crema.pipeline.image_name import ImageName
from crema.pipeline.stopped import Stopped

ECR = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com"


@pytest.mark.parametrize(
    ("repository", "registry", "path", "url"),
    [
        (f"{ECR}/coffee_machine", ECR, "coffee_machine", f"https://{ECR}"),
        ("mysql", "docker.io", "library/mysql", "https://registry-1.docker.io"),
        ("grafana/grafana", "docker.io", "grafana/grafana", "https://registry-1.docker.io"),
        ("docker.io/mysql", "docker.io", "library/mysql", "https://registry-1.docker.io"),
        ("index.docker.io/grafana/loki", "docker.io", "grafana/loki", "https://registry-1.docker.io"),
        ("ghcr.io/o/team/order", "ghcr.io", "o/team/order", "https://ghcr.io"),
        ("registry.example.com:5000/order", "registry.example.com:5000", "order", "https://registry.example.com:5000"),
        ("host:5000/order", "host:5000", "order", "https://host:5000"),
        ("localhost/order", "localhost", "order", "http://localhost"),
        ("localhost:5000/a/order", "localhost:5000", "a/order", "http://localhost:5000"),
        ("127.0.0.1:5000/order", "127.0.0.1:5000", "order", "http://127.0.0.1:5000"),
        ("[::1]:5000/order", "[::1]:5000", "order", "http://[::1]:5000"),
        ("localhost.example.com/order", "localhost.example.com", "order", "https://localhost.example.com"),
    ],
)
def test_which_registry(repository: str, registry: str, path: str, url: str) -> None:
    """What has a dot, a port or is localhost is a host; everything else is Docker Hub's. Without TLS on this machine alone."""
    image = ImageName.of(repository, "8.4")
    assert (image.registry, image.repository, image.tag, image.url) == (registry, path, "8.4", url)
    assert str(image) == f"{registry}/{path}:8.4"


@pytest.mark.parametrize(
    ("repository", "tag"),
    [
        ("", "1"),
        ("Order", "1"),
        ("ghcr.io/", "1"),
        ("ghcr.io/o/Order", "1"),
        ("ghcr.io/o/../order", "1"),
        ("ghcr.io/o/order:2", "1"),
        ("ghcr.io/o/order@sha256:0", "1"),
        ("https://ghcr.io/o/order", "1"),
        ("user@ghcr.io/o/order", "1"),
        ("h:99999/order", "1"),
        ("h:0/order", "1"),
        ("ghcr.io/" + "a" * 256, "1"),
        ("ghcr.io/o/order", ""),
        ("ghcr.io/o/order", "a/b"),
        ("ghcr.io/o/order", "-a"),
        ("ghcr.io/o/order", "a" * 129),
        ("ghcr.io/o/order\n", "1"),
        ("ghcr.io/o/order", "1\n"),
    ],
)
def test_what_is_no_name(repository: str, tag: str) -> None:
    """It is said before anything is asked: a path with dots or a host with a user would ask something else."""
    with pytest.raises(Stopped, match=r"is not (the name of a repository of images|a tag); it must be "):
        ImageName.of(repository, tag)


@given(st.text("aA0.:-_/@[]%? \n", max_size=30), st.text(max_size=8))
def test_whatever_passes_stays_in_its_place(repository: str, tag: str) -> None:
    """For every text: refused, or a URL whose host and path are exactly what the name says."""
    try:
        image = ImageName.of(repository, tag)
    except Stopped:
        return
    path = f"/v2/{image.repository}/manifests/{image.tag}"
    assert not set(path) & set("?#%@ \n\\")
    assert ".." not in path.split("/")
    assert repository.endswith(image.repository.removeprefix("library/"))
