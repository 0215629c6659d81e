"""Writing a file so that nobody ever reads half of it, and a writer that dies leaves the old one."""

import os
import tempfile
from pathlib import Path


def write_whole(file: Path, text: str) -> None:
    """Write beside the file and rename; an old file's mode stays, a new one is readable for all.

    Raises:
        OSError: it cannot be written; it is as it was.

    """
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    aside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        aside.chmod(mode)
        aside.replace(file)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
