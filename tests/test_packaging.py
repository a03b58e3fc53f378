"""The lock, the wheel and the names: what a fresh machine gets is what is checked here."""

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
OURS = ("geo", "data", "planning", "app_pages")


def pins(lock):
    """Return requirement -> its hashes."""
    found = {}
    name = ""
    for line in lock.splitlines():
        head = re.match(r"^([a-z0-9][\w.-]*)==", line)
        if head:
            name = line.rstrip(" \\")
            found[name] = []
        found.get(name, []).extend(re.findall(r"--hash=sha256:([0-9a-f]{64})", line))
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes_and_no_address_or_path(name):
    lock = (ROOT / name).read_text(encoding="utf-8")
    found = pins(lock)
    assert len(found) > 30
    assert [pin for pin, hashes in found.items() if not hashes] == []
    assert not re.search(r"https?://|file:|--index|--find-links", lock)
    assert not re.search(r"(?<![\w.-])[/~\\]\w|\b[A-Za-z]:[\\/]", lock)  # a path of any machine
    assert "ortools" not in lock


def test_compiled_packages_have_wheels_for_several_systems():
    found = pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    compiled = (
        "numpy",
        "scipy",
        "numba",
        "llvmlite",
        "shapely",
        "pyproj",
        "rasterio",
        "pyogrio",
        "osmium",
        "highspy",
        "pyarrow",
        "pandas",
        "pillow",
    )
    for name in compiled:
        hashes = max(len(h) for pin, h in found.items() if pin.startswith(f"{name}=="))
        # Linux, macOS and Windows for three Pythons at the least.
        assert hashes >= 9, name


def test_direct_dependencies_are_locked():
    direct = re.findall(r"^([A-Za-z][\w.-]*)", (ROOT / "requirements.txt").read_text("utf-8"), re.M)
    locked = {pin.split("==")[0] for pin in pins((ROOT / "requirements.lock").read_text("utf-8"))}
    assert {name.lower() for name in direct} <= locked


def test_third_party_lists_every_pin():
    listed = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    for pin in pins((ROOT / "requirements.lock").read_text(encoding="utf-8")):
        assert f"| {pin.split('==')[0]} |" in listed


def test_third_party_names_what_the_wheels_bring():
    spec = importlib.util.spec_from_file_location("third_party", ROOT / "docs/make_third_party.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    listed = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    for name in make.pinned_names((ROOT / "requirements.lock").read_text(encoding="utf-8")):
        for library in make.bundled_libraries(name):
            said = re.escape(f"{library} ({make.LIBRARY_LICENCES[library]})")
            assert re.search(rf"^\| {name} \|.*{said}", listed, re.M), (name, library)
    assert "geos (LGPL-2.1-or-later)" in listed


def test_each_package_comes_from_one_distribution():
    providers = importlib.metadata.packages_distributions()
    for package in OURS:
        assert set(providers.get(package, ["servicecircle"])) == {"servicecircle"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    listed = (
        subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
        .stdout.decode()
        .split("\0")
    )
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--quiet",
            "wheel",
            "--no-deps",
            "--no-build-isolation",
            "--no-index",
            "--wheel-dir",
            str(folder),
            str(source),
        ],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl")), [name for name in listed if name]


@pytest.mark.slow
def test_the_wheel_holds_the_tree(wheel):
    path, listed = wheel
    inside = {name for name in zipfile.ZipFile(path).namelist() if ".dist-info/" not in name}
    expected = {n for n in listed if n.split("/")[0] in OURS and not n.endswith(".po")} | {"app.py"}
    assert inside == expected


@pytest.mark.slow
def test_the_wheel_runs_the_demo_from_another_folder(wheel, tmp_path):
    path, _ = wheel
    home = tmp_path / "另一个 文件夹"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    python = home / "bin" / "python"
    here, site = (
        subprocess.run(
            [str(interpreter), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for interpreter in (sys.executable, python)
    )
    # A .pth lends the libraries of this environment; the checkout itself is not lent with it.
    Path(site, "lent.pth").write_text(here + "\n", encoding="utf-8")
    zipfile.ZipFile(path).extractall(site)
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run(
        [str(python), "-m", "planning", "demo", "--out", "out", "--lang", "en"],
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Synthetic data" in done.stdout
    assert (work / "out" / "map.html").stat().st_size > 100_000
    assert [p.name for p in work.iterdir()] == ["out"]
