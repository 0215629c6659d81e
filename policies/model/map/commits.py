"""The way of a commit: from the repository's branch to the Applications that watch it, and to what each of them applies."""

from collections import defaultdict

from crema.policies.model.delivery.applications import Application, Source, applications
from crema.policies.model.delivery.owners import Owned, owned
from crema.policies.model.map.drawing import Sketch
from crema.policies.model.world import World


def draw_commits(world: World, sketch: Sketch) -> None:
    """Add every Application, those that apply others first, with what each applies: other Applications by name, objects by namespace."""
    every = applications(world)
    by_ref = {str(application.manifest): application for application in every}
    owns = owned(world)
    applied = {str(one.manifest) for ones in owns.values() for one in ones}
    for application in sorted(every, key=lambda each: (str(each.manifest) in applied, str(each.manifest))):
        for source in application.sources:
            _source(sketch, application, source, is_first=str(application.manifest) not in applied)
        _objects(sketch, application, owns.get(application, ()), by_ref)


def _source(sketch: Sketch, application: Application, source: Source, *, is_first: bool) -> None:
    """The commit, or the chart, that an Application takes. What another Application applies is drawn from there."""
    end = sketch.object(application.manifest)
    if source.is_chart:
        start = sketch.point(
            f"chart {source.repository} {source.chart} {source.revision}", "chart", f"chart {source.chart} {source.revision}"
        )
        sketch.step("delivery", start, end)
    elif is_first:
        start = sketch.point(f"{source.repository}@{source.revision}", "commit", source.repository, f"branch {source.revision}")
        sketch.step("delivery", start, end, source.path)


def _objects(sketch: Sketch, application: Application, owns: tuple[Owned, ...], by_ref: dict[str, Application]) -> None:
    counted: defaultdict[str, int] = defaultdict(int)
    for one in owns:
        if str(one.manifest) in by_ref:
            taken = " ".join(source.path for source in by_ref[str(one.manifest)].sources if not source.is_chart)
            sketch.step("delivery", sketch.object(application.manifest), sketch.object(one.manifest), taken)
        else:
            counted[one.ref.namespace] += 1
    if counted:
        lines = [f"{number} in {namespace}" if namespace else f"{number} of the cluster" for namespace, number in sorted(counted.items())]
        number = sum(counted.values())
        id = f"objects of {application.manifest}"
        sketch.step(
            "delivery", str(application.manifest), sketch.point(id, "objects", f"{number} object{'' if number == 1 else 's'}", *lines)
        )
