"""The output folder: all or nothing, and nobody else's files are touched."""

import json
import shutil

import pytest

from data.folder import RUN_FORMAT, FolderRefusedError, check_output, output_folder


def write_run(folder, number="1"):
    (folder / "run.json").write_text(
        json.dumps({"format": RUN_FORMAT, "n": number}), encoding="utf-8"
    )


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_results_appear_only_when_all_went_well(tmp_path):
    target = tmp_path / "out"
    with output_folder(target) as new:
        assert not target.exists()
        write_run(new)
    assert names(tmp_path) == ["out"]
    assert names(target) == ["run.json"]


def test_a_failure_leaves_nothing_behind(tmp_path):
    with pytest.raises(ZeroDivisionError), output_folder(tmp_path / "out") as new:
        (new / "half").write_text(str(1 / 0), encoding="utf-8")
    assert names(tmp_path) == []


def test_earlier_results_are_kept_once(tmp_path):
    for number in "123":
        with output_folder(tmp_path / "out") as new:
            write_run(new, number)
    assert names(tmp_path) == ["out", "out.previous"]
    assert json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))["n"] == "3"
    assert json.loads((tmp_path / "out.previous/run.json").read_text(encoding="utf-8"))["n"] == "2"


@pytest.mark.parametrize("content", [{}, {"format": "other/1"}, []])
def test_a_folder_that_is_not_ours_is_refused(tmp_path, content):
    target = tmp_path / "out"
    target.mkdir()
    (target / "run.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(FolderRefusedError, match="holds other files"):
        check_output(target)
    assert names(target) == ["run.json"]


def test_a_file_is_refused(tmp_path):
    (tmp_path / "out").write_text("x", encoding="utf-8")
    with pytest.raises(FolderRefusedError, match="is a file"):
        check_output(tmp_path / "out")


def test_an_empty_folder_is_used(tmp_path):
    (tmp_path / "输出 文件夹").mkdir()
    with output_folder(tmp_path / "输出 文件夹") as new:
        write_run(new)
    assert names(tmp_path / "输出 文件夹") == ["run.json"]


@pytest.mark.parametrize("ending", [".previous", ".new"])
def test_a_neighbour_that_is_not_ours_is_never_deleted(tmp_path, ending):
    write_run_into(tmp_path / "out")
    write_run_into(tmp_path / "out")
    foreign = tmp_path / f"out{ending}"
    shutil.rmtree(foreign, ignore_errors=True)
    foreign.mkdir()
    (foreign / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(FolderRefusedError, match="holds other files"):
        write_run_into(tmp_path / "out")
    assert names(foreign) == ["mine.txt"]


def write_run_into(target):
    with output_folder(target) as new:
        write_run(new)
