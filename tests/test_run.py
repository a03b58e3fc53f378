"""The launcher: help without a set-up, and which checks run and count."""

import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import run

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("--offline",)])
def test_help_answers_without_setting_anything_up(tmp_path, words):
    shutil.copy(ROOT / "run.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "run.py", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert "python3 run.py COMMAND" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["run.py"]


@pytest.fixture
def checks(monkeypatch):
    """Let no check really run: keep the commands, answer with a status by a word of theirs."""
    commands, statuses = [], {}

    def started(command, **_options):
        commands.append(command[1:])
        words = " ".join(map(str, command))
        return SimpleNamespace(
            returncode=next((code for word, code in statuses.items() if word in words), 0)
        )

    monkeypatch.setattr(run.subprocess, "run", started)
    return commands, statuses


def test_words_go_to_pytest_alone(checks):
    commands, _ = checks
    assert run.run_checks(["tests/geo", "-k", "snap"]) == 0
    assert [command[-3:] == ["tests/geo", "-k", "snap"] for command in commands] == (
        [False] * len(run.STATIC_CHECKS) + [True, True]
    )


def test_browser_tests_run_alone_and_the_others_in_parallel(checks):
    commands, _ = checks
    run.run_checks([])
    others, browser = commands[-2:]
    assert "-n" in others
    assert others[-1] == "not browser"
    assert "-n" not in browser
    assert browser[-1] == "browser"


def test_quick_leaves_out_what_takes_long_or_needs_more_than_this_machine(checks):
    commands, _ = checks
    assert run.run_checks(["--quick", "-x"]) == 0
    assert len(commands) == len(run.STATIC_CHECKS) + 1
    assert commands[-1][-2:] == ["not (slow or browser or postgis or shared)", "-x"]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ({"-m browser": run.NOTHING_SELECTED}, 0),
        ({" -m ": run.NOTHING_SELECTED}, 1),
        ({"mypy": 1}, 1),
        ({"-m browser": 1}, 1),
        ({"not browser": 2}, 1),
    ],
)
def test_what_fails_counts_and_a_run_without_browser_tests_does_not(checks, statuses, expected):
    checks[1].update(statuses)
    assert run.run_checks(["tests/geo"]) == expected
