"""Several writers of one file: each waits for the others, and a dead one holds nobody up."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from data.places.chosen import chosen_places, save_place
from data.store import exclusive, read_json, write_json
from planning.audit.remarks import Remark, add_remark, list_remarks

WRITERS = 8
EACH = 5


def count_up(path: Path, writer: int) -> None:
    for _ in range(EACH):
        with exclusive(path):
            seen = read_json(path, kind="toy", version=1)["seen"] if path.exists() else []
            write_json(path, {"seen": [*seen, writer]}, kind="toy", version=1)


def remark_on(path: Path, writer: int) -> None:
    for number in range(EACH):
        add_remark(path, Remark(f"{writer}-{number}", 120.8, 30.0, "walk", "太远"))


def place_by(path: Path, writer: int) -> None:
    for number in range(EACH):
        save_place(path, f"F{writer}-{number}", 120.8, 30.0, note="甲")


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WRITERS, mp_context=spawn) as processes:
        yield processes


def let_all(pool: ProcessPoolExecutor, write: Callable[[Path, int], None], path: Path) -> None:
    """Let eight processes write into one file, beside which a stopped program left a lock."""
    path.with_name(f"{path.name}.lock").write_text("", encoding="utf-8")
    list(pool.map(write, [path] * WRITERS, range(WRITERS)))


def test_every_write_of_eight_processes_survives_a_stale_lock(
    pool: ProcessPoolExecutor, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    let_all(pool, count_up, path)
    seen = read_json(path, kind="toy", version=1)["seen"]
    assert sorted(seen) == sorted(list(range(WRITERS)) * EACH)


def test_every_remark_survives(pool: ProcessPoolExecutor, tmp_path: Path) -> None:
    path = tmp_path / "s.remarks.json"
    let_all(pool, remark_on, path)
    remarks = list_remarks(path)
    assert [remark.number for remark in remarks] == list(range(1, WRITERS * EACH + 1))
    assert len({remark.place for remark in remarks}) == WRITERS * EACH


def test_every_place_survives(pool: ProcessPoolExecutor, tmp_path: Path) -> None:
    path = tmp_path / "placed.csv"
    let_all(pool, place_by, path)
    assert len(chosen_places(path)) == WRITERS * EACH


def test_threads_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    threads = [threading.Thread(target=count_up, args=(path, i)) for i in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_json(path, kind="toy", version=1)["seen"]) == WRITERS * EACH


def test_a_lock_that_is_held_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with exclusive(path), pytest.raises(OSError, match="lock"), exclusive(path, patience_seconds=0):
        pytest.fail("two have it")


def test_a_writer_that_is_killed_frees_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom data.store import exclusive\n"
        "with exclusive(Path(sys.argv[1])):\n    os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, path], check=False).returncode == 9
    with exclusive(path, patience_seconds=0):
        pass


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="rights do not bind this user")
def test_a_folder_without_rights_is_an_error_of_the_system(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OSError, match="denied"), exclusive(tmp_path / "a.json"):
        pass
