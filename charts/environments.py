"""The two environments, and all they differ in. The same charts are built for both."""

from charts.environment import Environment
from charts.secret_settings import AwsSecretsSpec, LocalSecretsSpec
from crema.generators import AlbSpec, NginxSpec

_ACCOUNT = "123456789012"  # a placeholder: a fork sets its own AWS account
_REGION = "ap-northeast-2"
_REGISTRY = f"{_ACCOUNT}.dkr.ecr.{_REGION}.amazonaws.com"
_GIT = "https://github.com/example/coffee-platform"  # a fork sets its own repository

LOCAL = Environment(
    name="local",
    domain="192.168.38.140.nip.io",
    ingress=NginxSpec(),
    # Kind's Docker network, and the node's own address on the pod network: the controller runs in the node's network.
    ingress_source_cidrs=("172.16.0.0/12", "10.244.0.1/32"),
    storage_class="standard",
    registry=_REGISTRY,
    secrets=LocalSecretsSpec(ecr_region=_REGION),
    repository=_GIT,
    revision="main",
    frontend_node_port=30080,
)

EKS = Environment(
    name="eks",
    domain="example.com",
    ingress=AlbSpec(
        certificate_arn=f"arn:aws:acm:{_REGION}:{_ACCOUNT}:certificate/00000000-0000-0000-0000-000000000000",
        group="coffee",
    ),
    # The public subnets that hold the load balancer.
    ingress_source_cidrs=("10.0.0.0/20", "10.0.16.0/20"),
    storage_class="gp3",
    registry=_REGISTRY,
    secrets=AwsSecretsSpec(
        region=_REGION,
        prefix="coffee/eks",
        shop_role=f"arn:aws:iam::{_ACCOUNT}:role/coffee-eks-shop-secrets",
        monitoring_role=f"arn:aws:iam::{_ACCOUNT}:role/coffee-eks-monitoring-secrets",
    ),
    repository=_GIT,
    revision="main",
)

ENVIRONMENTS = (LOCAL, EKS)
