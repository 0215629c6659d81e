"""No log line reaches Loki: whoever looks for the cause of the next trouble finds nothing."""

from crema.generators import AlertSpec, AlertTestSpec, FiringSpec

_LINES = 'loki_distributor_lines_received_total{job="loki", tenant="fake", is_internal_stream="false"}'
_SUMMARY = "Loki has received no log line for 15 minutes"
_DESCRIPTION = (
    "Containers write all the time, so the collector or Loki stands still. Users notice nothing; whoever looks for a cause "
    "finds no logs of this time, and lines older than the collector keeps are lost. First: `kubectl -n monitoring get pods`"
)
_FIRING = FiringSpec(summary=_SUMMARY, description=_DESCRIPTION)
LOGS_NOT_ARRIVING = AlertSpec(
    alert="LogsNotArriving",
    # The counter exists only once a line came; without it there is nothing to compare with 0.
    expr="(sum(rate(loki_distributor_lines_received_total[5m])) or vector(0)) == 0",
    wait="10m",
    severity="warning",
    summary=_SUMMARY,
    description=_DESCRIPTION,
    tests=(
        AlertTestSpec(
            name="lines that stop coming are told of, and no longer once they come again",
            series={_LINES: "0+50x10 500x20 500+50x20"},
            expect={"14m": (), "27m": (_FIRING,), "45m": ()},
        ),
        AlertTestSpec(
            name="a Loki that never received a line, or is gone, counts",
            series={},
            expect={"9m": (), "11m": (_FIRING,)},
        ),
        AlertTestSpec(
            name="a quiet quarter of an hour has lines still, and a restart of Loki is none of it",
            series={_LINES: "0+1x10 _x3 0+1x30"},
            expect={"12m": (), "20m": (), "40m": ()},
        ),
    ),
)
