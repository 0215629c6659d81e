"""kube-prometheus-stack: the alerts that it brings, and the configuration that it gives Alertmanager by itself.

Established by rendering chart 88.5.3.
Source: https://github.com/prometheus-community/helm-charts/tree/main/charts/kube-prometheus-stack/templates/prometheus/rules-1.14
"""

from typing import Any, Final

_BY_SEVERITIES: Final = {
    ("critical",): """
        AlertmanagerClusterCrashlooping AlertmanagerClusterDown AlertmanagerConfigInconsistent AlertmanagerFailedReload
        AlertmanagerMembersInconsistent KubeAPIDown KubeControllerManagerDown KubePersistentVolumeErrors KubeProxyDown
        KubeSchedulerDown KubeStateMetricsListErrors KubeStateMetricsShardingMismatch KubeStateMetricsShardsMissing
        KubeStateMetricsWatchErrors KubeletDown NodeRAIDDegraded PrometheusBadConfig PrometheusErrorSendingAlertsToAnyAlertmanager
        PrometheusRemoteStorageFailures PrometheusRemoteWriteBehind PrometheusRuleFailures PrometheusTargetSyncFailure
        etcdDatabaseQuotaLowSpace etcdGRPCRequestsSlow etcdInsufficientMembers etcdNoLeader
    """,
    ("critical", "warning"): """
        AlertmanagerClusterFailedToSendAlerts KubeAPIErrorBudgetBurn KubeClientCertificateExpiration KubePersistentVolumeFillingUp
        KubePersistentVolumeInodesFillingUp KubeletClientCertificateExpiration KubeletServerCertificateExpiration
        NodeFileDescriptorLimit NodeFilesystemAlmostOutOfFiles NodeFilesystemAlmostOutOfSpace NodeFilesystemFilesFillingUp
        NodeFilesystemSpaceFillingUp etcdHighFsyncDurations etcdHighNumberOfFailedGRPCRequests
    """,
    ("warning",): """
        AlertmanagerClusterFailedPeers AlertmanagerFailedToSendAlerts ConfigReloaderSidecarErrors KubeAPIInstanceUnreachable
        KubeAPITerminatedRequests KubeAggregatedAPIDown KubeAggregatedAPIErrors KubeCPUOvercommit KubeCPUQuotaOvercommit
        KubeClientErrors KubeContainerWaiting KubeControllerManagerInstanceUnreachable KubeDaemonSetMisScheduled
        KubeDaemonSetNotScheduled KubeDaemonSetRolloutStuck KubeDeploymentGenerationMismatch KubeDeploymentReplicasMismatch
        KubeDeploymentRolloutStuck KubeHpaMaxedOut KubeHpaReplicasMismatch KubeJobFailed KubeJobNotCompleted KubeMemoryOvercommit
        KubeMemoryQuotaOvercommit KubeNodeNotReady KubeNodeReadinessFlapping KubeNodeUnreachable KubePdbNotEnoughHealthyPods
        KubePodCrashLooping KubePodNotReady KubeProxyInstanceUnreachable KubeQuotaExceeded KubeSchedulerInstanceUnreachable
        KubeStatefulSetGenerationMismatch KubeStatefulSetReplicasMismatch KubeStatefulSetUpdateNotRolledOut KubeVersionMismatch
        KubeletClientCertificateRenewalErrors KubeletInstanceUnreachable KubeletPlegDurationHigh KubeletPodStartUpLatencyHigh
        KubeletServerCertificateRenewalErrors NodeBondingDegraded NodeClockNotSynchronising NodeClockSkewDetected
        NodeDiskIOSaturation NodeHighNumberConntrackEntriesUsed NodeMemoryHighUtilization NodeMemoryMajorPagesFaults
        NodeNetworkInterfaceFlapping NodeNetworkReceiveErrs NodeNetworkTransmitErrs NodeRAIDDiskFailure NodeSystemSaturation
        NodeSystemdServiceCrashlooping NodeSystemdServiceFailed NodeTextFileCollectorScrapeError PrometheusDuplicateTimestamps
        PrometheusErrorSendingAlertsToSomeAlertmanagers PrometheusHighQueryLoad PrometheusKubernetesListWatchFailures
        PrometheusLabelLimitHit PrometheusMissingRuleEvaluations PrometheusNotConnectedToAlertmanagers PrometheusNotIngestingSamples
        PrometheusNotificationQueueRunningFull PrometheusOperatorListErrors PrometheusOperatorNodeLookupErrors
        PrometheusOperatorNotReady PrometheusOperatorReconcileErrors PrometheusOperatorRejectedResources
        PrometheusOperatorStatusUpdateErrors PrometheusOperatorSyncFailed PrometheusOperatorWatchErrors
        PrometheusOutOfOrderTimestamps PrometheusRemoteWriteDesiredShards PrometheusSDRefreshFailure
        PrometheusScrapeBodySizeLimitHit PrometheusScrapeSampleLimitHit PrometheusTSDBCompactionsFailing
        PrometheusTSDBReloadsFailing PrometheusTargetLimitHit TargetDown etcdDatabaseHighFragmentationRatio
        etcdExcessiveDatabaseGrowth etcdHighCommitDurations etcdHighNumberOfFailedProposals etcdHighNumberOfLeaderChanges
        etcdMemberCommunicationSlow etcdMembersDown
    """,
    ("info",): """
        CPUThrottlingHigh KubeNodeEviction KubeNodePressure KubeQuotaAlmostFull KubeQuotaFullyUsed KubeletTooManyPods
        NodeCPUHighUsage
    """,
    ("none",): """
        InfoInhibitor Watchdog
    """,
}
ALERTS: Final = {name: severities for severities, names in _BY_SEVERITIES.items() for name in names.split()}
"""Each alert → the severities that its rules give it. Those of etcd, the controller manager, the scheduler and kube-proxy are there only
while the chart watches these.
"""

ALERTMANAGER: Final[dict[str, Any]] = {
    "global": {"resolve_timeout": "5m"},
    "inhibit_rules": [
        {
            "source_matchers": ["severity = critical"],
            "target_matchers": ["severity =~ warning|info"],
            "equal": ["namespace", "alertname"],
        },
        {"source_matchers": ["severity = warning"], "target_matchers": ["severity = info"], "equal": ["namespace", "alertname"]},
        {"source_matchers": ["alertname = InfoInhibitor"], "target_matchers": ["severity = info"], "equal": ["namespace"]},
        {"target_matchers": ["alertname = InfoInhibitor"]},
    ],
    "receivers": [{"name": "null"}],
    "route": {
        "group_by": ["namespace"],
        "group_interval": "5m",
        "group_wait": "30s",
        "receiver": "null",
        "repeat_interval": "12h",
        "routes": [{"matchers": ['alertname = "Watchdog"'], "receiver": "null"}],
    },
    "templates": ["/etc/alertmanager/config/*.tmpl"],
}
"""The value `alertmanager.config`, which the values of a release are merged over."""
