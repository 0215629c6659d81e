"""The two environments, and all they differ in. The same charts are built for both."""

from charts.environment import Environment
from charts.secret_settings import AwsSecretsSpec, LocalSecretsSpec
from crema.generators import AlbSpec, ClusterFactsSpec, KindClusterSpec, NginxSpec, PrerequisiteSpec, RemoteSecretSpec, StorageClassSpec

_ACCOUNT = "123456789012"  # a placeholder: a fork sets its own AWS account
_REGION = "ap-northeast-2"
_REGISTRY = f"{_ACCOUNT}.dkr.ecr.{_REGION}.amazonaws.com"
_GIT = "https://github.com/example/coffee-platform"  # a fork sets its own repository

LOCAL = Environment(
    name="local",
    domain="192.168.38.140.nip.io",  # the laptop's own address: nip.io answers every name under it with it
    cluster=ClusterFactsSpec(nodes=1, cpu="4", memory="8Gi", storage_classes=(StorageClassSpec(name="standard", default=True),)),
    kind=KindClusterSpec(
        name="coffee",
        image="kindest/node:v1.36.4@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed",
        ports={80: 80, 443: 443},
    ),
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
    cluster=ClusterFactsSpec(
        nodes=3,
        cpu="2",
        memory="8Gi",
        storage_classes=(StorageClassSpec(name="gp3", expandable=True),),
        registries=(_REGISTRY,),
        prerequisites=(
            PrerequisiteSpec(
                name="aws-load-balancer-controller", provides="IngressClass alb: one load balancer for the Ingresses of a group"
            ),
            PrerequisiteSpec(name="external-dns", provides="DNS records for the hosts of Ingresses"),
            PrerequisiteSpec(name="aws-ebs-csi-driver", provides="StorageClass gp3, which must exist"),
            PrerequisiteSpec(name="vpc-cni-network-policy", provides="enforcement of NetworkPolicies"),
            PrerequisiteSpec(
                name="iam-oidc-provider", provides="roles for the ServiceAccounts shop/aws-shop and monitoring/aws-monitoring"
            ),
            PrerequisiteSpec(
                name="aws-secrets-manager",
                provides="the secrets that stored_secrets lists, with their values",
            ),
        ),
        stored_secrets=(
            RemoteSecretSpec(key="coffee/eks/mysql", properties=("password", "root-password")),
            RemoteSecretSpec(key="coffee/eks/grafana", properties=("admin-user", "admin-password")),
            RemoteSecretSpec(key="coffee/eks/slack", properties=("url",)),
        ),
    ),
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
