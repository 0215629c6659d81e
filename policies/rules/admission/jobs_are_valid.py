"""The policy admission-jobs-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.jobs import cron_job, job
from crema.policies.model.admission.places import places
from crema.policies.model.admission.refusal import Refusal, below, mapping
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class JobsAreValid(Policy[Manifest]):
    """The schedule of a CronJob is one that the server parses, and the numbers of a Job agree.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application: a schedule of six fields, a
    zone that nobody has, or backoffLimitPerIndex of a Job without indexes is valid by its schema.
    Fix: write the schedule in five fields, and the numbers as the message asks.
    Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/batch/validation/validation.go
    """

    id = "admission-jobs-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="five fields and a zone",
            manifests="""
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: backup, namespace: shop}
                spec:
                  schedule: "*/15 3-5 * jan,mar MON-FRI"
                  timeZone: Europe/Berlin
                  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: backup,
                    image: "backup:1.0.0"}]}}}}
                """,
        ),
        Example(
            name="a descriptor",
            manifests="""
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: backup, namespace: shop}
                spec: {schedule: "@daily", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: backup,
                  image: "backup:1.0.0"}]}}}}}
                """,
        ),
        Example(
            name="a Job with indexes",
            manifests="""
                apiVersion: batch/v1
                kind: Job
                metadata: {name: work, namespace: shop}
                spec:
                  completionMode: Indexed
                  completions: 4
                  backoffLimitPerIndex: 1
                  template: {spec: {restartPolicy: Never, containers: [{name: work, image: "work:1.0.0"}]}}
                """,
        ),
    )
    denied = (
        Denied(
            name="a minute that no hour has, and a zone in the schedule",
            manifests="""
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: backup, namespace: shop}
                spec: {schedule: "60 3 * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never,
                  containers: [{name: backup, image: "backup:1.0.0"}]}}}}}
                ---
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: report, namespace: shop}
                spec: {schedule: "TZ=UTC 0 3 * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never,
                  containers: [{name: report, image: "report:1.0.0"}]}}}}}
                """,
            at="CronJob/shop/backup",
            pointer="/spec/schedule",
            message='spec.schedule is "60 3 * * *"; a minute from 0 to 59, not 60, is required',
            also=(
                Pinned(
                    at="CronJob/shop/report",
                    pointer="/spec/schedule",
                    message='spec.schedule is "TZ=UTC 0 3 * * *"; a schedule without TZ= is required',
                ),
            ),
        ),
        Denied(
            name="six fields, and a zone that nobody has",
            manifests="""
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: backup, namespace: shop}
                spec:
                  schedule: "0 0 3 * * *"
                  timeZone: CEST
                  successfulJobsHistoryLimit: -1
                  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: backup,
                    image: "backup:1.0.0"}]}}}}
                """,
            at="CronJob/shop/backup",
            pointer="/spec/schedule",
            message='spec.schedule is "0 0 3 * * *"; five fields (minute, hour, day, month, weekday), not 6, is required',
            also=(
                Pinned(
                    at="CronJob/shop/backup",
                    pointer="/spec/timeZone",
                    message='spec.timeZone is "CEST"; a zone of the time zone database such as Europe/Berlin or Etc/UTC is required',
                ),
                Pinned(
                    at="CronJob/shop/backup",
                    pointer="/spec/successfulJobsHistoryLimit",
                    message="spec.successfulJobsHistoryLimit is -1; 0 or more is required",
                ),
            ),
        ),
        Denied(
            name="a limit for each index of a Job without indexes",
            manifests="""
                apiVersion: batch/v1
                kind: Job
                metadata: {name: work, namespace: shop}
                spec:
                  backoffLimitPerIndex: 1
                  selector: {matchLabels: {app: work}}
                  template: {metadata: {labels: {app: work}}, spec: {restartPolicy: Never, containers: [{name: work,
                    image: "work:1.0.0"}]}}
                """,
            at="Job/shop/work",
            pointer="/spec/backoffLimitPerIndex",
            message="spec.backoffLimitPerIndex is given, and only a Job with completionMode: Indexed may have it",
            also=(
                Pinned(
                    at="Job/shop/work",
                    pointer="/spec/selector",
                    message="spec.selector is given; the server makes a Job's selector, unless manualSelector: true says that it is unique",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Jobs and CronJobs."""
        return world.of("batch", "Job", "CronJob")

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each field that the server refuses."""
        for place in places(world, target.root, _refusals(target)):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)


def _refusals(target: Manifest) -> Iterator[Refusal]:
    spec = mapping(target.body.get("spec"))
    return below("spec", cron_job(spec) if target.ref.kind == "CronJob" else job(spec))
