"""Standard output that is closed, full or narrow never changes how a finished run ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from planning.cli import main
from tests.planning.small_study import write_study

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a Unix shell")
PROGRAM = f'"{sys.executable}" -m planning'


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(
        tmp_path_factory.mktemp("study"),
        nodes={1: (0, 0), 2: (500, 0)},
        ways=[([1, 2], {"highway": "residential"})],
        people=[("home", (400, 0), 100)],
        points=[("clinic", (0, 0))],
    )


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", "-c", command], env={**os.environ, **environment}, check=False,
        capture_output=True, encoding="utf-8", errors="replace",
    )  # fmt: skip


@pytest.mark.parametrize(
    "sink",
    ["| head -1; exit ${PIPESTATUS[0]}", "| true; exit ${PIPESTATUS[0]}", ">&-", "> /dev/full",
     ">&- 2>&-", "2>&-"],
)  # fmt: skip
def test_a_run_ends_well_whoever_reads(study: Path, tmp_path: Path, sink: str) -> None:
    done = shell(f'{PROGRAM} assess "{study}" --out "{tmp_path / "out"}" {sink}')
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert (tmp_path / "out" / "run.json").is_file()


def test_help_and_usage_into_a_closed_pipe() -> None:
    assert shell(f"{PROGRAM} --help | true; exit ${{PIPESTATUS[0]}}").returncode == 0
    assert shell(f"{PROGRAM} nonsense 2>&-").returncode == 2


def test_a_terminal_without_chinese(study: Path, tmp_path: Path) -> None:
    command = f'{PROGRAM} assess "{study}" --out "{tmp_path / "out"}"'
    done = shell(command, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u" in done.stdout


@pytest.mark.parametrize(("language", "said"), [("zh", "不是本程序结果"), ("en", "not results")])
def test_a_folder_that_is_refused_is_said_in_the_language_asked(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, said: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x", encoding="utf-8")
    words = ["assess", str(study), "--out", str(tmp_path / "out"), "--lang", language]
    assert main(words) == 2
    assert said in capsys.readouterr().err


def test_a_folder_that_holds_the_study_is_refused(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["assess", str(study), "--out", str(study.parent), "--lang", "en"]) == 2
    assert "the study reads" in capsys.readouterr().err
    assert study.is_file()
