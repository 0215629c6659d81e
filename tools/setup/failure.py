"""What can go wrong in a set-up, in words that say what to do. A person never sees a traceback."""

from __future__ import annotations

import re
from dataclasses import dataclass


class SetupFailed(Exception):
    """The set-up cannot go on. ``str()`` says what and where, ``fix`` what to do about it."""

    def __init__(self, what: str, *, fix: str, log: str = "") -> None:
        """Keep the sentence, the remedy and the end of the failed program's output."""
        super().__init__(what)
        self.fix = fix
        self.log = log


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A known cause of a failed download or build: how a program's output shows it, and what to do."""

    pattern: str
    what: str
    fix: str


# The order matters: a full disk and a wrong hash are certain, and pip says "no matching distribution" also when it
# never reached an index.
CAUSES = (
    Cause(
        pattern=r"No space left on device|ENOSPC|disk quota exceeded",
        what="the disk is full",
        fix="free 5 GB on the disk of this checkout and 1 GB on that of TMPDIR (or /tmp), and run the same command again",
    ),
    Cause(
        pattern=r"DO NOT MATCH THE HASHES|EINTEGRITY|checksum mismatch|SECURITY ERROR",
        what="a download is not the file that the lock names",
        fix="do not use it: check the mirror that is set up for this machine, then run the same command again",
    ),
    Cause(
        pattern=r"name resolution|Name or service not known|nodename nor servname|NewConnectionError|ConnectTimeout"
        r"|ReadTimeout|Network is unreachable|ProxyError|Connection (?:refused|reset)|no such host|i/o timeout"
        r"|dial tcp|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN",
        what="the network, or the package index that is set up for this machine, cannot be reached",
        fix="connect (behind a proxy: set HTTPS_PROXY) and run the same command again; what is done is kept",
    ),
    Cause(
        pattern=r"CERTIFICATE_VERIFY_FAILED|certificate signed by unknown authority|SELF_SIGNED_CERT",
        what="the package index shows a certificate that this machine does not trust",
        fix="set PIP_CERT, NODE_EXTRA_CA_CERTS and SSL_CERT_FILE to your organisation's certificate file",
    ),
    Cause(
        pattern=r"No matching distribution found|not a supported wheel|EBADPLATFORM",
        what="a locked package has no wheel for this platform or this Python",
        fix="use Python 3.11 to 3.14 on Linux (glibc) or macOS, x86-64 or arm64: make PYTHON=/path/to/python3.12",
    ),
    Cause(
        pattern=r"Permission denied|EACCES|Read-only file system",
        what="a file of the checkout cannot be written",
        fix="make the checkout, .venv and .tools writable by you (were they made by root?), or clone it where you may write",
    ),
)


WIDTH = 300
"""How much of a program's own sentence is shown; the log has all of it."""


def explain(step: str, output: str) -> SetupFailed:
    """Turn the output of a failed program into a sentence and a fix, with the line that told it; of an unknown one, the output's end."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for cause in CAUSES:
        shown = [line for line in lines if re.search(cause.pattern, line, re.IGNORECASE)]
        if shown:
            return SetupFailed(f"{step}: {cause.what}", fix=cause.fix, log=shown[-1][:WIDTH])
    return SetupFailed(f"{step}: failed", fix="read the lines above and run the same command again", log="\n".join(lines[-12:]))
