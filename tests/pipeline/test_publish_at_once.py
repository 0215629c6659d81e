"""Many publishers at once, killed at random moments and started again: what they leave is as if they had taken turns."""

import random
import signal
import subprocess
import threading
import time
from pathlib import Path

from tests.checkout import bare_remote, git
from tests.external import ROOT, start
from tests.pipeline.publishers import ENVIRONMENTS, SERVICES, Clone, build, entries, history, lock_of, running

_PUBLISHERS = 20
_CLONES = 8  # so that some share one, and a machine
_SECONDS = 900.0


def _until_done(clone: Clone, builds: list[dict[str, object]], environment: str, chance: random.Random, deadline: float) -> str:
    """Start the publisher and, now and then, kill it; start it again until it says that it is done. Everything it said is returned."""
    said = ""
    for attempt in range(60):
        # As on machines of their own: those of one machine would take turns.
        process = clone.begin(builds, environment, TMPDIR=f"{clone.root}-tmp")
        try:
            doomed = attempt < 3 and chance.random() < 0.6
            wait = chance.uniform(0.1, 9.0) if doomed else max(1.0, deadline - time.monotonic())
            said, _ = process.communicate(timeout=wait)
        except subprocess.TimeoutExpired:
            # The publisher alone, as a runner's kernel would: what it started may come to its end.
            process.send_signal(signal.SIGKILL)
            process.communicate()
            continue
        if process.returncode == 0:
            return said
        assert process.returncode == -signal.SIGKILL, said
    raise AssertionError(f"never done: {said}")


def test_twenty_publishers_that_are_killed_leave_every_image_and_a_linear_history(tmp_path: Path) -> None:
    """Each image is in the history once, none is half-done, and the last of each service is in the lock and in dist/."""
    remote = bare_remote(tmp_path)
    before = len(history(remote))
    clones = [Clone.of(remote, tmp_path / f"clone-{number}") for number in range(_CLONES)]
    for clone in clones:
        Path(f"{clone.root}-tmp").mkdir()
    deadline = time.monotonic() + _SECONDS
    asked: dict[tuple[str, str], set[str]] = {}
    failed: list[BaseException] = []

    def work(number: int) -> None:
        chance = random.Random(number)
        environment = ENVIRONMENTS[number % 5 == 0]
        names = chance.sample(SERVICES, 2 if number % 4 == 0 else 1)
        try:
            _until_done(clones[number % _CLONES], [build(name, f"p{number}") for name in names], environment, chance, deadline)
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            failed.append(error)
        for name in names:
            asked.setdefault((environment, name), set()).add(f"{name}-p{number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(_PUBLISHERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert time.monotonic() < deadline

    commits = history(remote)
    assert [len(commit.parents) for commit in commits[before:]] == [1] * (len(commits) - before)
    seen: dict[tuple[str, str], list[str]] = {}
    for old, new in zip(commits[before - 1 :], commits[before:], strict=False):
        assert new.parents == (old.id,)
        was, now = entries(lock_of(remote, old.id)), entries(lock_of(remote, new.id))
        moved = {key: now[key] for key in now if now[key] != was[key]}
        assert moved, f"{new.id} is empty"
        assert len({environment for environment, _ in moved}) == 1
        assert running(remote, new.id) == {key: entry.image for key, entry in now.items()}, f"{new.id} is half-done"
        for (environment, service), entry in moved.items():
            seen.setdefault((environment, service), []).append(entry.tag)
            assert f"{service}: {was[environment, service].image} → {entry.image}" in new.message
        changed = git(remote, "diff-tree", "-r", "--name-only", old.id, new.id).split()
        assert sorted(changed) == sorted([*(f"dist/{e}/{s}/deployment-{s}.yaml" for e, s in moved), "charts/images.lock.yaml"])
    assert {key: sorted(tags) for key, tags in seen.items()} == {key: sorted(tags) for key, tags in asked.items()}
    assert {key: entries(lock_of(remote))[key].tag for key in seen} == {key: tags[-1] for key, tags in seen.items()}

    last = Clone.of(remote, tmp_path / "last")
    for verb in (["synth", "--check"], ["check"]):
        done = start([ROOT / ".venv" / "bin" / "python", "-m", "crema", *verb], cwd=last.root)
        assert done.status == 0, done.stdout + done.stderr
    for clone in clones:
        assert git(clone.root, "status", "--porcelain") == ""
        assert git(clone.root, "rev-parse", "HEAD", "main").split() == [commits[before - 1].id] * 2
