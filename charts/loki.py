"""loki: the log store, one process with its volume."""

import cdk8s
from constructs import Construct

from charts.chart_repositories import GRAFANA_COMMUNITY
from charts.environment import Environment
from crema.generators import Application, ApplicationSpec, HelmChartSpec, ResourcesSpec

_OFF = {"enabled": False}


class LokiChart(cdk8s.Chart):
    """Without its caches, which alone would ask for 11 GiB."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, "loki", namespace="monitoring")
        chart = HelmChartSpec(
            repository=GRAFANA_COMMUNITY,
            chart="loki",
            version="18.11.0",
            release="loki",
            values={
                "deploymentMode": "Monolithic",
                "loki": {
                    # One tenant: with tenants on, a push or a query without a header is refused.
                    "auth_enabled": False,
                    "commonConfig": {"replication_factor": 1},
                    "storage": {"type": "filesystem"},
                    "schemaConfig": {
                        "configs": [
                            {
                                "from": "2024-04-01",
                                "store": "tsdb",
                                "object_store": "filesystem",
                                "schema": "v13",
                                "index": {"prefix": "loki_index_", "period": "24h"},
                            }
                        ]
                    },
                    "limits_config": {"retention_period": "168h"},
                    # Without the compactor's deletions the retention period means nothing.
                    "compactor": {"retention_enabled": True, "delete_request_store": "filesystem"},
                    "analytics": {"reporting_enabled": False},
                },
                "singleBinary": {
                    "replicas": 1,
                    "persistence": {
                        "enabled": True,
                        "size": "10Gi",
                        "storageClass": environment.storage_class,
                        # The chart would delete the volume together with the StatefulSet.
                        "enableStatefulSetAutoDeletePVC": False,
                    },
                    "resources": ResourcesSpec(cpu="50m", memory="256Mi", memory_limit="768Mi").body(),
                },
                # Any of these left on makes the chart refuse one process.
                "backend": {"replicas": 0},
                "read": {"replicas": 0},
                "write": {"replicas": 0},
                "chunksCache": _OFF,
                "resultsCache": _OFF,
                "gateway": _OFF,
                "lokiCanary": _OFF,
                "test": _OFF,
                "sidecar": {"rules": _OFF},
                "monitoring": {"serviceMonitor": {"enabled": True}},
            },
        )
        Application(
            self,
            "application",
            ApplicationSpec(name="loki", project="platform", namespace="monitoring", deploys=chart, keep=True, custom_resources=True),
        )
