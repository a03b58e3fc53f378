"""Uploads: kept in a folder of their own, nothing outside it, faults as findings."""

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app_pages.session import uploads
from app_pages.session.uploads import (
    keep_upload,
    recent_studies,
    remember_study,
    remove_upload,
    require_inside,
)
from data.errors import PlannerError
from data.study.file import read_study

STUDY = b"""format = 1
[study]
name = "s"
date = "2025-01-01"
[population]
path = "people.csv"
column = "people"
[facilities]
path = "points.csv"
[roads]
path = "%s"
"""


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def files(roads: bytes = b"roads.osm.pbf") -> dict[str, bytes]:
    names = dict.fromkeys(("people.csv", "points.csv", "roads.osm.pbf"), b"x")
    return {"study.toml": STUDY % roads, **names}


def codes(error) -> list[str]:
    return [finding.code for finding in error.value.findings]


def test_a_zip_with_a_folder_and_loose_files_give_the_same_study(tmp_path):
    packed = zipped({f"my study/{name}": content for name, content in files().items()})
    first = keep_upload(tmp_path, [("study.zip", packed)])
    second = keep_upload(tmp_path, list(files().items()))
    assert first == second
    assert first.read_bytes() == files()["study.toml"]
    require_inside(read_study(first))


@pytest.mark.parametrize("name", ["../evil.toml", "/etc/evil.toml", "a/../../b", "C:\\x.toml"])
def test_no_member_leaves_the_folder(tmp_path, name):
    with pytest.raises(PlannerError) as error:
        keep_upload(tmp_path, [("x.zip", zipped(files() | {name: b"x"}))])
    assert codes(error) == ["upload_outside"]
    assert not list(tmp_path.rglob("evil*"))


def test_a_study_may_not_name_files_outside(tmp_path):
    (tmp_path / "secret.pbf").write_bytes(b"x")
    content = files(b"../../secret.pbf")
    with pytest.raises(PlannerError) as error:
        require_inside(read_study(keep_upload(tmp_path, list(content.items()))))
    assert codes(error) == ["upload_outside"]


@pytest.mark.parametrize("name", ["secret.pbf", "absent.pbf", "/etc/passwd", "/etc/nothing"])
def test_a_refusal_tells_nothing_of_the_servers_files(tmp_path, name):
    (tmp_path / "secret.pbf").write_bytes(b"x")
    said = name if name.startswith("/") else f"../../{name}"
    kept = keep_upload(tmp_path, list(files(said.encode()).items()))
    with pytest.raises(PlannerError) as error:
        read_study(kept, is_confined=True)
    assert str(error.value).replace(Path(name).name, "X") == (
        "study.toml: `X` lies outside the folder of the study. Put every file into the folder of"
        " the study and name it by a relative path."
    )


@pytest.mark.parametrize("names", [[], ["a.toml", "b.toml"], ["people.csv"]])
def test_one_study_file_is_needed(tmp_path, names):
    with pytest.raises(PlannerError) as error:
        keep_upload(tmp_path, [(name, b"") for name in names])
    assert codes(error) == ["upload_studies"]


def test_uploads_have_as_much_room_as_is_stated(tmp_path, monkeypatch):
    one, other = ([("a.toml", b"x" * 400), ("b.csv", each * 400)] for each in (b"1", b"2"))
    monkeypatch.setattr(uploads, "MOST_KEPT_BYTES", 1000)
    kept = keep_upload(tmp_path, one)
    assert keep_upload(tmp_path, one) == kept  # it is there already
    with pytest.raises(PlannerError) as error:
        keep_upload(tmp_path, other)
    assert codes(error) == ["upload_room"]
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == [kept.parent.name]
    remove_upload(tmp_path, kept)
    keep_upload(tmp_path, other)
    monkeypatch.setattr(uploads, "MOST_KEPT_OF_ALL_BYTES", 1000)
    with pytest.raises(PlannerError) as error:
        keep_upload(tmp_path / "people" / "a", one, root=tmp_path)
    assert codes(error) == ["upload_room"]


def test_only_uploads_are_removed(tmp_path):
    study = tmp_path / "county" / "study.toml"
    study.parent.mkdir()
    study.write_text("", encoding="utf-8")
    (tmp_path / "uploads").mkdir()
    loose = tmp_path / "uploads" / "study.toml"
    loose.write_text("", encoding="utf-8")
    for path in (study, loose, tmp_path / "uploads" / ".." / "county" / "study.toml"):
        remove_upload(tmp_path, path)
    assert study.is_file()
    assert loose.is_file()


def test_a_damaged_zip_is_a_finding(tmp_path):
    with pytest.raises(PlannerError) as error:
        keep_upload(tmp_path, [("x.zip", b"PK nothing")])
    assert codes(error) == ["file_unreadable"]


def test_recent_studies_are_the_latest_that_exist(tmp_path):
    paths = [tmp_path / f"{number}.toml" for number in range(10)]
    for path in paths:
        path.write_text("", encoding="utf-8")
        remember_study(tmp_path, path)
    paths[8].unlink()
    assert recent_studies(tmp_path) == [paths[9], *reversed(paths[2:8])]


def test_uploads_at_once_do_not_meet(tmp_path):
    """The same study by eight people and another one, at the same moment."""
    one = [("study.toml", b"format = 1"), ("a.csv", b"x" * 200_000)]
    other = [("study.toml", b"format = 1"), ("a.csv", b"y" * 200_000)]
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda files: keep_upload(tmp_path, files), [one, other] * 8))
    assert len(set(kept)) == 2
    assert (kept[0].parent / "a.csv").read_bytes() == b"x" * 200_000
    assert (kept[1].parent / "a.csv").read_bytes() == b"y" * 200_000
    assert not list(tmp_path.rglob("*.part"))


def test_places_chosen_since_stay_when_a_study_is_uploaded_again(tmp_path):
    files = [("study.toml", b"format = 1"), ("a.csv", b"1"), ("placed.csv", b"old")]
    folder = keep_upload(tmp_path, files).parent
    (folder / "placed.csv").write_bytes(b"chosen since")
    assert keep_upload(tmp_path, files).parent == folder
    assert (folder / "placed.csv").read_bytes() == b"chosen since"


def test_a_zip_whose_packed_bytes_are_damaged_is_refused(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("study.toml", "format = 1\n" * 400)
    content = bytearray(packed.getvalue())
    begins = 30 + len("study.toml")  # behind the local header
    content[begins : begins + 8] = b"\xff" * 8
    with pytest.raises(PlannerError) as caught:
        keep_upload(tmp_path, [("study.zip", bytes(content))])
    assert [finding.code for finding in caught.value.findings] == ["file_unreadable"]
