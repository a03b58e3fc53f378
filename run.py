"""Set up ServiceCircle in .venv and run it: `python3 run.py demo`, `app`, `test`, `assess`.

Standard library only, so that it runs on a machine that has nothing but Python and git. Every word
it does not know is handed to the program itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "servicecircle-stamp.json"
# Started by the environment's own Python (an activated .venv), the set-up must not make the new one
# with an interpreter that it has just deleted.
BASE_PYTHON = str(Path(getattr(sys, "_base_executable", None) or sys.executable).resolve())
LOCK = ROOT / "requirements.lock"
WHEELS = ROOT / "wheels"
DEV_LOCK = ROOT / "requirements-dev.lock"
SUPPORTED = ((3, 11), (3, 15))
USAGE = 2
NO_VENV = "On Debian or Ubuntu: apt-get install python3-venv."

HELP = """\
usage: python3 run.py COMMAND [words of the command] [--offline]

The first run makes .venv from the hashed lock; every later one uses it as it is.
首次运行会按锁定文件建立 .venv，之后直接使用。

  demo                assess the built-in county and say where its map is
  app                 the app on http://127.0.0.1:8501
  new FOLDER          a commented study file to fill in
  assess STUDY --out DIR
  export STUDY --out DIR --audience 公开 | 内部
  audit, route, compare, site-table, fetch, doctor, warm
                      commands of the program: `python3 run.py COMMAND --help`

  test                every check and every test
  test --quick        lint, types, layers, doctests and the quick tests (under 90 s)
  test WORDS          the checks, then pytest with these words: tests/geo -k snap
  bench, soak         the benchmarks
  bundle              what a PC without internet needs, in one folder

  --offline           set up from the folder `wheels` of a bundle
"""

STATIC_CHECKS = (
    ("lint", ("ruff", "check", ".")),
    ("format", ("ruff", "format", "--check", ".")),
    ("types", ("mypy",)),
    ("layers", ("lint-imports", "--no-logo")),
    ("doctests", ("pytest", "-q", "--doctest-modules", "geo", "data", "planning")),
)
# A worker keeps a county and its compiled kernels, about a gigabyte: more than four help nobody.
IN_PARALLEL = ("-n", "logical", "--maxprocesses", "4", "--dist", "loadfile")
# A browser draws with every core that it gets: beside other tests it would only wait.
FULL_TESTS = (
    ("tests", ("pytest", "-q", *IN_PARALLEL, "-m", "not browser")),
    ("browser tests", ("pytest", "-q", "-m", "browser")),
)
QUICK_TESTS = (
    (
        "quick tests",
        ("pytest", "-q", *IN_PARALLEL, "-m", "not (slow or browser or postgis or shared)"),
    ),
)
NOTHING_SELECTED = 5
"""Status of a pytest run whose words name no test: `run.py test tests/geo` has no browser test."""


def main(words: Sequence[str]) -> int:
    """Set up what is needed, run what was asked, return its exit status."""
    offline = "--offline" in words
    command, *rest = [word for word in words if word != "--offline"] or ["--help"]
    if command in {"-h", "--help", "help"}:
        say(HELP)
        return 0
    fault = unusable_python()
    if fault:
        say(fault)
        return USAGE
    try:
        with one_set_up_at_a_time():
            prepare(with_dev_tools=command in {"test", "bench", "soak"}, offline=offline)
    except SetUpError as error:
        say(str(error))
        return USAGE
    except KeyboardInterrupt:
        say("Stopped. The next run starts the set-up again. 已停止，下次运行将重新准备环境。")
        return 130
    return run_command(command, rest)


def run_command(command: str, rest: Sequence[str]) -> int:
    """Run one command in the environment; what is not known here is the program's own."""
    if command == "test":
        return run_checks(rest)
    if command in {"bench", "soak"}:
        return run_python("-m", "benchmarks", command, *rest)
    if command == "bundle":
        return run_python("-m", "benchmarks.bundle", *rest)
    return run_python("-m", "planning", command, *rest)


class SetUpError(Exception):
    """The environment cannot be made; the text says why and what to do."""


def unusable_python() -> str:
    """Return why this Python cannot be used, or an empty text."""
    low, high = SUPPORTED
    if not low <= sys.version_info[:2] < high:
        return (
            f"ServiceCircle needs Python {low[0]}.{low[1]} to {high[0]}.{high[1] - 1}; "
            f"this is {platform.python_version()}. Run this file with another Python."
        )
    for module in ("venv", "ensurepip"):
        try:
            __import__(module)
        except ImportError:
            return f"Python's module `{module}` is missing. {NO_VENV}"
    return ""


@contextmanager
def one_set_up_at_a_time() -> Iterator[None]:
    """Hold an operating-system lock that vanishes with the process, however it ends."""
    with (ROOT / ".venv.lock").open("a+", encoding="utf-8") as handle:
        if os.name == "nt":
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            import fcntl

            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another set-up is running in this folder; waiting for it.")
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def prepare(*, with_dev_tools: bool, offline: bool = False) -> None:
    """Make or mend .venv so that it holds exactly the lock and this checkout.

    Offline, the wheels come from the folder `wheels` of a bundle, with the same hashes.
    """
    wanted = wanted_stamp()
    stamp = read_stamp()
    if stamp.get("product") != wanted["product"] or not interpreter_works():
        build_environment(offline=offline)
        stamp = {"product": wanted["product"]}
        write_stamp(stamp)
    if with_dev_tools and stamp.get("dev") != wanted["dev"]:
        say("Installing the tools that check and test. 正在安装检查与测试工具……")
        pip("install", "--require-hashes", "--only-binary", ":all:", "-r", str(DEV_LOCK))
        write_stamp({**stamp, "dev": wanted["dev"]})


def build_environment(*, offline: bool) -> None:
    """Install the hashed lock and this checkout into a new .venv, then compile the kernels once."""
    say("Setting up (first time or lock changed; some minutes). 首次准备运行环境，约需几分钟……")
    if VENV.exists():
        shutil.rmtree(VENV)
    try:
        run([BASE_PYTHON, "-m", "venv", str(VENV)])
    except subprocess.CalledProcessError as error:
        raise SetUpError(f"Python could not make a virtual environment. {NO_VENV}") from error
    if offline and not WHEELS.is_dir():
        raise SetUpError(
            "--offline needs the folder `wheels` of a bundle (run.py bundle makes one)."
        )
    source = ("--no-index", "--find-links", str(WHEELS)) if offline else ()
    pip("install", *source, "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK))
    pip("install", "--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT))
    say("Compiling the kernels once. 正在编译计算内核……")
    if run_python("-m", "planning", "warm", "--quiet"):
        say("They will be compiled at first use. 内核将在首次使用时编译。")


def wanted_stamp() -> dict[str, str]:
    """Return what the environment must have been made from."""
    place = [platform.python_version(), platform.platform(), BASE_PYTHON, str(ROOT)]
    product = digest(
        LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), *map(str.encode, place)
    )
    return {"product": product, "dev": digest(product.encode(), DEV_LOCK.read_bytes())}


def digest(*parts: bytes) -> str:
    """Return one sha256 over several byte strings."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(hashlib.sha256(part).digest())
    return sha.hexdigest()


def read_stamp() -> dict[str, str]:
    """Return the stamp of the present environment; empty when there is none or it is broken."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp: dict[str, str]) -> None:
    """Write the stamp; it comes last, so an interrupted set-up is seen as none."""
    STAMP.write_text(json.dumps(stamp, sort_keys=True), encoding="utf-8")


def interpreter_works() -> bool:
    """Return True when the environment's Python starts and finds the program."""
    try:
        done = subprocess.run(
            [str(python()), "-c", "import geo, data, planning"],
            capture_output=True,
            check=False,
            cwd=ROOT,
            env=environment(),
        )
    except OSError:
        return False
    return done.returncode == 0


def python() -> Path:
    """Return the environment's Python."""
    return tool("python")


def tool(name: str) -> Path:
    """Return a program of the environment."""
    return VENV / (f"Scripts/{name}.exe" if os.name == "nt" else f"bin/{name}")


def environment() -> dict[str, str]:
    """Return the variables that child processes get."""
    return {**os.environ, "PYTHONUTF8": "1"}


def pip(*words: str) -> None:
    """Run the environment's pip.

    Raises
    ------
    SetUpError
        With pip's last lines.
    """
    command = [str(python()), "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    done = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        tail = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise SetUpError(
            f"Installing failed; nothing is half used, the next run starts again.\n{tail}"
        )


def run(command: list[str]) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, check=True, cwd=ROOT, env=environment())


def run_python(*words: str) -> int:
    """Run the environment's Python in the caller's folder and return its exit status."""
    try:
        return subprocess.run(
            [str(python()), *words], check=False, env={**environment(), **import_path(words)}
        ).returncode
    except KeyboardInterrupt:
        return 130


def import_path(words: Sequence[str]) -> dict[str, str]:
    """Return PYTHONPATH for what is not installed: the benchmarks lie beside the packages."""
    if not any(word.startswith("benchmarks") for word in words):
        return {}
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}


def run_checks(words: Sequence[str]) -> int:
    """Run every check, say which failed, return 0 only when all passed.

    `--quick` leaves out the tests that take long or need more than this machine; all other words
    go to pytest.
    """
    words_of_pytest = [word for word in words if word != "--quick"]
    tests = QUICK_TESTS if "--quick" in words else FULL_TESTS
    failed = [name for name, command in STATIC_CHECKS if run_check(name, command)]
    statuses = {name: run_check(name, (*command, *words_of_pytest)) for name, command in tests}
    failed += [name for name, status in statuses.items() if status not in {0, NOTHING_SELECTED}]
    if set(statuses.values()) == {NOTHING_SELECTED}:
        failed.append("tests (no test is selected)")
    say(f"Failed: {', '.join(failed)}" if failed else "All checks passed. 全部检查通过。")
    return 1 if failed else 0


def run_check(name: str, command: Sequence[str]) -> int:
    """Say what is checked, run it in the root of the checkout, return its status."""
    say(f"== {name}")
    program, *rest = command
    done = subprocess.run([str(tool(program)), *rest], check=False, cwd=ROOT, env=environment())
    return done.returncode


def say(text: str) -> None:
    """Print one line at once, so that it stands before the output of child processes."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
