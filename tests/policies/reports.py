"""Hypothesis strategies for reports, with texts as hostile as anybody's files can make them."""

from datetime import date
from typing import Final

from hypothesis import strategies as st

from crema.policies.engine.finding import SEVERITIES
from crema.policies.engine.policy import Basis
from crema.policies.report.report import (
    CrashedPolicy,
    Environment,
    ManifestPlace,
    RelatedPlace,
    Report,
    ReportedFinding,
    Resource,
    Rule,
    Shortfall,
    Since,
    SourcePlace,
    Tool,
    UncheckedThing,
    UndecidedLaw,
    UnreadableFile,
    WaivedBy,
)

POLICIES: Final = ("traffic-no-rewrite-on-api-routes", "data-claims-survive", "telemetry-exactly-one-default-datasource")
ENVIRONMENTS: Final = ("local", "eks")
HOSTILE: Final = (
    "",
    " ",
    "\n::error file=a.py,line=1::forged",
    "::stop-commands::token",
    "##[stop-commands]token",
    "%0A::warning::forged %25",
    "\r\n| cell | of | a | table |",
    "a\\|b|c\\",
    "]]></failure><script>alert(1)</script>&amp;",
    "<img src=x onerror=y>",
    "[words](1) and [words](https://evil.example)",
    "![x](http://evil.example/x.png) www.evil.example",
    "@everyone see #1, GH-2 and owner/repo#3",
    "`code` **bold** _it_ ~~gone~~ $x$ <!-- --> {{x}}",
    "\x1b[31mred\x1b[0m \x00 \x85 \x9b",
    "lone \ud800 and \udcff",
    "not in XML: \ufffe \uffff \U0001fffe",
    "turned \u202e round \u2066 \u2028 line",
    "emoji 🦀 and ünïcode",
    "'quotes' \"quotes\" {braces}",
    "x" * 6000,
    "|<&\\" * 2000,
)
texts = st.sampled_from(HOSTILE) | st.text(max_size=30)
files = st.sampled_from(
    [
        "charts/order.py",
        "dist/local/order/ingress-order.yaml",
        "dist/local/a b|c`d`.yaml",
        "a:b/%41,c=d.yaml",
        "m/\udcff\n::error::.yaml",
        "[x](1)/@me/#1.yaml",
        "ünï/🦀.yaml",
        "/else/where.yaml",
        "../beside/it.yaml",
    ]
)
line_numbers = st.integers(1, 100_000)
counts = st.integers(0, 500)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
severities = st.sampled_from(SEVERITIES)
bases: st.SearchStrategy[Basis] = st.sampled_from(("breaks", "house"))
policies = st.sampled_from(POLICIES)
environments = st.sampled_from((*ENVIRONMENTS, "repository", "", '<&"|\n'))

resources = st.builds(
    Resource,
    api_version=texts,
    kind=texts,
    namespace=texts,
    name=texts,
    environment=environments,
    app=texts,
    origin=st.sampled_from(["synthesised", "foreign", "rendered"]),
)
manifest_places = st.builds(ManifestPlace, file=files, line=line_numbers, pointer=texts)
source_places = st.builds(SourcePlace, file=files, line=line_numbers, construct=texts, exact=st.booleans(), text=texts)
related_places = st.builds(RelatedPlace, note=texts, resource=resources, manifest=manifest_places, source=st.none() | source_places)
waivers = st.builds(WaivedBy, reason=texts, owner=texts, expires=days, file=files, line=line_numbers)


@st.composite
def findings(draw: st.DrawFn) -> ReportedFinding:
    """A finding, open or waived."""
    waiver = draw(st.none() | waivers)
    return ReportedFinding(
        policy=draw(policies),
        severity=draw(severities),
        basis=draw(bases),
        message=draw(texts),
        fix=draw(texts),
        status="open" if waiver is None else "waived",
        resource=draw(resources),
        manifest=draw(manifest_places),
        source=draw(st.none() | source_places),
        path=tuple(draw(st.lists(texts, max_size=2))),
        related=tuple(draw(st.lists(related_places, max_size=2))),
        fingerprint=draw(st.from_regex(r"[0-9a-f]{16}", fullmatch=True)),
        waiver=waiver,
    )


rules = st.builds(
    Rule,
    id=policies,
    severity=severities,
    basis=bases,
    waivable=st.booleans(),
    law=texts,
    why=texts,
    fix=texts,
    source=texts | st.just("see https://example.com/a_(b)?c=d#e, and others."),
    targets=counts,
)
unchecked = st.builds(UncheckedThing, file=files, why=texts) | st.builds(
    UncheckedThing, file=files, why=texts, policy=policies, resource=resources
)
shortfalls = st.builds(
    Shortfall,
    environment=st.sampled_from(ENVIRONMENTS),
    what=st.just("manifests") | policies,
    expected=counts,
    found=counts,
    file=st.just("crema.toml"),
) | st.builds(Shortfall, environment=files, what=st.just("manifests"), expected=st.just(1), found=st.just(0), file=st.just(""))


def _some(items: st.SearchStrategy[object], most: int = 2) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(items, max_size=most).map(tuple)


reports = st.builds(
    Report,
    version=texts,
    as_of=days,
    fail_on=severities,
    strict=st.booleans(),
    environments=st.lists(
        st.builds(
            Environment,
            name=environments,
            closed=st.booleans(),
            manifests=counts,
            documents=counts,
            targets=st.dictionaries(policies, counts, max_size=2),
        ),
        max_size=3,
        unique_by=lambda each: each.name,
    ).map(tuple),
    rules=st.lists(rules, max_size=3, unique_by=lambda rule: rule.id).map(tuple),
    findings=_some(findings(), 4),
    undecided=_some(st.builds(UndecidedLaw, policy=policies, resource=resources, manifest=manifest_places, fact=texts)),
    unchecked=_some(unchecked),
    unreadable=_some(st.builds(UnreadableFile, file=files, line=line_numbers, why=texts)),
    crashed=_some(st.builds(CrashedPolicy, policy=policies, environment=environments, target=texts, why=texts)),
    too_little=_some(shortfalls),
    tools=_some(st.builds(Tool, name=texts, version=texts, ran=st.booleans())),
    since=st.none() | st.builds(Since, ref=texts, known=counts),
    seconds=st.dictionaries(texts, st.floats(0, 100), max_size=2),
)
"""Any report: with or without findings, policies, environments, crashes."""

ORDER: Final = Resource(
    api_version="networking.k8s.io/v1",
    kind="Ingress",
    namespace="shop",
    name="order",
    environment="local",
    app="order",
    origin="synthesised",
)
PLACE: Final = ManifestPlace(file="dist/local/order/ingress-order.yaml", line=9, pointer="/metadata/annotations")
LINE: Final = SourcePlace(file="charts/order.py", line=31, construct="OrderChart/order", exact=True, text="annotations={}")
FINDING: Final = ReportedFinding(
    policy=POLICIES[0],
    severity="error",
    basis="breaks",
    message="requests to /api/order reach the service as /",
    fix="remove the rewrite annotation",
    status="open",
    resource=ORDER,
    manifest=PLACE,
    source=LINE,
    path=("http://coffee/api/order", "Ingress/shop/order"),
    related=(RelatedPlace(note="the service", resource=ORDER, manifest=PLACE, source=None),),
    fingerprint="0123456789abcdef",
    waiver=None,
)
WAIVER: Final = WaivedBy(reason="moves in May", owner="ann", expires=date(2026, 5, 31), file="policies/waivers.yaml", line=3)
RULE: Final = Rule(
    id=POLICIES[0],
    severity="error",
    basis="breaks",
    waivable=True,
    law="An Ingress must not rewrite.",
    why="Every call becomes a 404.",
    fix="remove the annotation.",
    source="https://example.com/rewrite.",
    targets=6,
)
SMALL: Final = Report(
    version="0.1.0",
    as_of=date(2026, 1, 31),
    fail_on="warning",
    strict=False,
    environments=(Environment(name="local", closed=True, manifests=2, documents=0, targets={POLICIES[0]: 6}),),
    rules=(RULE,),
    findings=(FINDING,),
)
"""One finding that has everything."""
