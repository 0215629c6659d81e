"""Records which values a chart's templates read: `python -m tools.charts.keys CHART_DIR... --recorded DATE`.

A chart directory is what `helm pull --untar` leaves. Where its source is said nowhere, that of the list before is kept.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any, Final

from tools.charts.record import Recording, record, render
from tools.charts.source import ChartError, read_chart

OUTPUT: Final = Path(__file__).parents[2] / "policies" / "contracts" / "keys"


def main(arguments: list[str] | None = None) -> int:
    """The command. Exit codes: 0 done, 1 a list is not what its chart says (`--check`), 2 a chart cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m tools.charts.keys", description=__doc__)
    parser.add_argument("charts", nargs="+", type=Path, metavar="CHART_DIR")
    parser.add_argument("--recorded", type=date_of, metavar="DATE", help="the day on which it is recorded, as 2026-11-24")
    parser.add_argument("--repository", metavar="OWNER/NAME", help="where the chart is kept on GitHub")
    parser.add_argument("--path", help="its directory in that repository")
    parser.add_argument("--commit", help="the commit it was taken from; none for a package")
    parser.add_argument("--output", type=Path, default=OUTPUT, help=argparse.SUPPRESS)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a list is not what its chart says")
    options = parser.parse_args(arguments)
    if not options.check and options.recorded is None:
        parser.error("--recorded is required")
    stale = 0
    for folder in options.charts:
        try:
            recording = record(read_chart(folder))
        except ChartError as broken:
            print(f"tools/charts: {broken}", file=sys.stderr)
            return 2
        file = options.output / f"{recording.source.name}.json"
        before: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {"source": {}, "recorded": ""}
        origin = before["source"] | {"commit": options.commit}
        origin |= {key: value for key in ("repository", "path") if (value := getattr(options, key)) is not None}
        if options.check:
            stale += _compared(file, render(recording, before["recorded"], before["source"]))
            continue
        _report(recording)
        file.write_text(render(recording, options.recorded, dict(sorted(origin.items()))), encoding="utf-8")
    return 1 if stale else 0


def date_of(text: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-11-24")
    return text


def _compared(file: Path, wanted: str) -> bool:
    found = file.read_text(encoding="utf-8") if file.is_file() else ""
    print(f"{file.name}: " + ("is what its chart says" if found == wanted else "is not what its chart says; record it anew"))
    return found != wanted


def _report(recording: Recording) -> None:
    """What a person should look at: keys that lead nowhere in the chart itself, and what the analysis did not follow."""
    source = recording.source
    print(f"{source.name} {source.version}: {len(recording.unsaid)} keys are read that values.yaml does not say")
    for what, names in (
        ("values.yaml says it, no template reads it", recording.unread),
        ("a template reads it, the schema refuses it", recording.refused),
        ("not understood", recording.unknown),
        ("a sub-chart that is not here, so that all its values are open", tuple(source.missing.values())),
    ):
        for name in names:
            print(f"  {name}: {what}")


if __name__ == "__main__":
    sys.exit(main())
