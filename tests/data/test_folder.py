"""The output folder: all or nothing, and nobody else's files are touched."""

from __future__ import annotations

import errno
import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from data import folder as folder_module
from data.folder import (
    RUN_FORMAT,
    FolderBusyError,
    FolderRefusedError,
    check_output,
    output_folder,
    write_run,
)

LINKS = pytest.mark.skipif(os.name == "nt", reason="links need rights there")


def write(target: Path, number: str = "1", **files: str) -> Path:
    """Write results into an output folder, as a command does."""
    with output_folder(target) as new:
        for name, content in {"zones.csv": number, **files}.items():
            (new / name.replace("__", "/")).parent.mkdir(exist_ok=True)
            (new / name.replace("__", "/")).write_text(content, encoding="utf-8")
        write_run(new, {"n": number})
    return target


def number_of(folder: Path) -> str:
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))["n"]


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def refused(target: Path, **options: object) -> tuple[str, dict[str, object]]:
    """Return code and parameters of the one reason, and see that nothing was touched."""
    around = target.parent
    before = tree(around) if around.is_dir() else []
    with pytest.raises(FolderRefusedError) as caught:
        check_output(target, **options)  # type: ignore[arg-type]
    with pytest.raises(FolderRefusedError), output_folder(target, **options):  # type: ignore[arg-type]
        pytest.fail("the folder was given")
    assert (tree(around) if around.is_dir() else []) == before
    (finding,) = caught.value.findings
    return finding.code, dict(finding.params)


def test_results_appear_only_when_all_went_well(tmp_path: Path) -> None:
    with output_folder(tmp_path / "out") as new:
        assert not (tmp_path / "out").exists()
        assert new.parent == tmp_path
        write_run(new, {})
    assert tree(tmp_path) == ["out", "out/run.json"]


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), output_folder(tmp_path / "out") as new:
        (new / "half").write_text(str(1 / 0), encoding="utf-8")
    assert tree(tmp_path) == []


def test_the_run_lists_every_other_file_with_its_hash(tmp_path: Path) -> None:
    folder = write(tmp_path / "out", cells__county="x")
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert run["format"] == RUN_FORMAT == "servicecircle.run/2"
    assert [(file["path"], file["bytes"]) for file in run["files"]] == [
        ("cells/county", 1),
        ("zones.csv", 1),
    ]
    assert run["files"][1]["sha256"].startswith("6b86b273ff34fce1")  # of the text 1


def test_earlier_results_are_kept_once(tmp_path: Path) -> None:
    for number in "123":
        write(tmp_path / "out", number, cells__county=number)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out.previous"]
    assert number_of(tmp_path / "out") == "3"
    assert number_of(tmp_path / "out.previous") == "2"


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "输出 文件夹").mkdir()
    write(tmp_path / "输出 文件夹")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["输出 文件夹"]


@pytest.mark.parametrize("ending", ["", ".previous"])
@pytest.mark.parametrize("name", ["mine.txt", "cells/mine.txt", "mine", "zones.csv.bak", ".hidden"])
def test_what_a_person_put_there_is_refused(tmp_path: Path, name: str, ending: str) -> None:
    for number in "12":
        write(tmp_path / "out", number, cells__county="x")
    mine = tmp_path / f"out{ending}" / name
    if name == "mine":
        mine.mkdir()
    else:
        mine.write_text("x", encoding="utf-8")
    code, params = refused(tmp_path / "out")
    assert code == "out_holds_others"
    assert params["names"] == name.replace("/", os.sep)


def test_at_most_five_names_are_shown(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"{number}.txt").write_text("x", encoding="utf-8")
    code, params = refused(tmp_path)
    assert (code, params["count"], params["names"]) == (
        "out_holds_others",
        7,
        "0.txt, 1.txt, 2.txt, 3.txt, 4.txt",
    )


def test_a_result_that_a_person_changed_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "out")
    (folder / "zones.csv").write_text("2", encoding="utf-8")
    assert refused(folder)[0] == "out_changed"
    (folder / "zones.csv").unlink()  # taken away is not changed
    check_output(folder)


def test_what_other_programs_leave_moves_along(tmp_path: Path) -> None:
    folder = write(tmp_path / "out")
    left = ["results.gpkg-wal", "results.gpkg-shm", "~$zones.xlsx", ".~lock.zones.csv#",
            "Thumbs.db", "desktop.ini", ".DS_Store", "a.tif.aux.xml", "a.gpkg-journal"]  # fmt: skip
    for name in left:
        (folder / name).write_text("x", encoding="utf-8")
    write(folder, "2")
    assert tree(tmp_path / "out") == ["run.json", "zones.csv"]
    assert tree(tmp_path / "out.previous") == sorted([*left, "run.json", "zones.csv"])
    write(folder, "3")
    assert tree(tmp_path / "out.previous") == ["run.json", "zones.csv"]


@pytest.mark.parametrize(
    "run",
    ["{}", '{"format": "other/1"}', "[]", "nonsense", '{"format": "servicecircle.run/2"}',
     '{"format": "servicecircle.run/3", "files": []}',
     '{"format": "servicecircle.run/2", "files": [{"path": 1}]}'],
)  # fmt: skip
def test_a_folder_with_another_run_is_refused(tmp_path: Path, run: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.json").write_text(run, encoding="utf-8")
    assert refused(tmp_path / "out")[0] == "out_holds_others"


def test_a_folder_of_the_first_version_holds_its_fixed_names(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    for name in ("run.json", "zones.csv", "results.gpkg", "map.html"):
        (folder / name).write_text('{"format": "servicecircle.run/1"}', encoding="utf-8")
    check_output(folder)
    (folder / "notes.csv").write_text("mine", encoding="utf-8")
    assert refused(folder)[0] == "out_holds_others"
    (folder / "notes.csv").unlink()
    write(folder)
    assert (tmp_path / "out.previous" / "results.gpkg").is_file()


def test_files_and_names_that_are_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").write_text("x", encoding="utf-8")
    assert refused(tmp_path / "out")[0] == "out_is_file"
    assert refused(tmp_path / ("长" * 83))[0] == "out_name_too_long"  # 249 bytes and .previous
    assert refused(tmp_path / ("x" * 300))[0] == "out_name_too_long"
    with pytest.raises(FolderRefusedError, match="one above it"):
        check_output(Path(tmp_path.anchor))
    deep = tmp_path / "in" / "deep"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    for name in (".", "..", "../..", "../deep"):
        with pytest.raises(FolderRefusedError, match="one above it"):
            check_output(Path(name))
    check_output(Path("../deep/../new"))


def test_a_name_that_no_system_takes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderRefusedError, match="cannot be written"):
        check_output(tmp_path / "a\0b")
    with pytest.raises(FolderRefusedError, match=r"cannot be written|too long"):
        check_output(tmp_path.joinpath(*["x" * 200] * 30))


@LINKS
def test_links_are_never_followed(tmp_path: Path) -> None:
    real = write(tmp_path / "real")
    (tmp_path / "out").symlink_to(real)
    assert refused(tmp_path / "out")[0] == "out_is_link"
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert refused(tmp_path / "gone")[0] == "out_is_link"
    (real / "zones.csv").unlink()
    (real / "zones.csv").symlink_to("/etc/hostname")
    assert refused(real)[0] == "out_holds_others"


def test_a_folder_that_holds_the_study_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "out")
    code, params = refused(folder, inputs=[tmp_path / "study.toml", folder / "zones.csv"])
    assert (code, params["names"]) == ("out_holds_inputs", "zones.csv")
    write(folder, "2")
    old = tmp_path / "out.previous" / "zones.csv"
    assert refused(folder, inputs=[old])[0] == "out_holds_inputs"


def test_a_file_put_there_meanwhile_keeps_its_place(tmp_path: Path) -> None:
    folder = write(tmp_path / "out")
    (tmp_path / "out.new").mkdir()
    (tmp_path / "out.new" / "mine.txt").write_text("x", encoding="utf-8")
    with ExitStack() as stack:
        busy = stack.enter_context(pytest.raises(FolderBusyError))
        new = stack.enter_context(output_folder(folder))
        (folder / "mine.txt").write_text("x", encoding="utf-8")
        write_run(new, {"n": "2"})
    assert busy.value.kept == tmp_path / "out.new.2"
    assert tree(tmp_path) == [
        "out", "out.new", "out.new.2", "out.new.2/run.json", "out.new/mine.txt", "out/mine.txt",
        "out/run.json", "out/zones.csv",
    ]  # fmt: skip


def test_old_results_that_are_open_elsewhere_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "out")
    rename = Path.rename

    def locked(path: Path, target: Path) -> Path:
        if path == folder:
            raise PermissionError(errno.EACCES, "in use")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", locked)
    with pytest.raises(FolderBusyError, match="Excel"):
        write(folder, "2")
    assert number_of(folder) == "1"
    assert number_of(tmp_path / "out.new") == "2"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FolderRefusedError, match="the disk is full"), output_folder(tmp_path / "o"):
        Path("/dev/full").write_text("x" * 100_000, encoding="utf-8")
    assert tree(tmp_path) == []


def test_a_disk_that_fills_up_under_another_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "_FULL_BELOW_BYTES", 1 << 62)
    with pytest.raises(FolderRefusedError, match="the disk is full"), output_folder(tmp_path / "o"):
        json.loads("a driver failed to write")
    assert tree(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.EROFS, "read-only"), (errno.EACCES, "no right"), (errno.ENOSPC, "full"),
     (errno.EIO, "the system says: broken")],
)  # fmt: skip
def test_a_place_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise OSError(number, "broken")

    monkeypatch.setattr(folder_module.tempfile, "mkdtemp", fail)
    with pytest.raises(FolderRefusedError, match=said), output_folder(tmp_path / "out"):
        pass
