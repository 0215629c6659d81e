"""The whole drawing of a world."""

from crema.policies.model.map.commits import draw_commits
from crema.policies.model.map.drawing import Drawing, Sketch
from crema.policies.model.map.requests import draw_requests
from crema.policies.model.world import World


def drawing_of(world: World) -> Drawing:
    """Every way in, every URL, every call and every commit of one environment."""
    sketch = Sketch()
    draw_requests(world, sketch)
    draw_commits(world, sketch)
    return Drawing(environment=world.environment, points=tuple(sketch.points.values()), steps=tuple(sketch.steps))
