"""Database addresses: understood or refused, and never shown with their password."""

from __future__ import annotations

import copy
import pickle
from dataclasses import asdict
from pathlib import Path

import pytest

from data.addresses import AddressError, DatabaseAddress, is_address, redacted
from data.errors import StudyError
from data.study.file import read_study
from data.study.tables import TableSource

SECRET = "s3cretWord"  # noqa: S105
URL = f"postgresql://planner:{SECRET}@db.example:5433/county?sslmode=require"


def test_the_password_is_in_no_spelling_of_the_address() -> None:
    address = DatabaseAddress(URL)
    source = TableSource(path=Path(address.database), layer="public.roads", database=address)
    shown = [str(address), repr(address), f"{source}", repr(source), str(asdict(source))]
    shown += ["%s" % address, format(address), str([address]), repr(copy.deepcopy(source))]  # noqa: UP031
    assert not any(SECRET in text for text in shown)
    assert str(address) == "postgresql://planner:***@db.example:5433/county?sslmode=require"
    assert pickle.loads(pickle.dumps(address)).secret_url == URL  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    "text",
    [
        f"postgres://u:{SECRET}@h/d",
        f"POSTGRESQL://u:{SECRET}@h/d",
        f"postgresql://u:{SECRET}@@h/d",
        f"postgresql://u:{SECRET}/x@h/d",
        f"postgresql://:{SECRET}@h/d",
        f"postgresql://h/d?user=u&password={SECRET}",
        f"host=h password = {SECRET} dbname=d",
        f"see 'postgresql://u:{SECRET}@h/d' and postgresql://u:{SECRET}@h2/d",
    ],
)
def test_redacted(text: str) -> None:
    assert SECRET not in redacted(text)
    assert "***" in redacted(text)


@pytest.mark.parametrize("text", ["postgresql://u@h/d", "zones.gpkg", "a: b@c", "密码"])
def test_other_texts_stay(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{SECRET}@x@h/d",
        f"postgresql://u:{SECRET}/x@h/d",
        f"postgresql://u:12?{SECRET}@h/d",
        f"postgresql://u:{SECRET}#x@h/d",
        f"postgresql://u:{SECRET}@h",
        f"postgresql://u:{SECRET}@h:port/d",
        f"mysql://u:{SECRET}@h/d",
    ],
)
def test_addresses_that_cannot_be_used(url: str) -> None:
    with pytest.raises(AddressError) as caught:
        DatabaseAddress(url)
    assert SECRET not in str(caught.value)


def test_what_an_address_names() -> None:
    address = DatabaseAddress("postgresql:///%E5%8E%BF?host=/run/pg&port=5433")
    assert address.database == "县"
    assert is_address("PostgreSQL://h/d")
    assert address.without_secrets("all well") == "all well"
    odd = DatabaseAddress("postgresql://u:p%40ss%2Fw@h/d?sslpassword=k%21y")
    told = odd.without_secrets("p@ss/w p%40ss%2Fw k!y k%21y")
    assert told == "*** *** *** ***"


def study_with(folder: Path, facilities: str) -> Path:
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('path = "list.csv"', facilities), encoding="utf-8")
    return path


def sentences(path: Path) -> str:
    with pytest.raises(StudyError) as caught:
        read_study(path)
    return str(caught.value)


def test_a_study_may_name_a_database(study_folder: Path) -> None:
    study = read_study(study_with(study_folder, f'path = "{URL}"\nlayer = "public.units"'))
    source = study.facilities.source
    assert source.database == DatabaseAddress(URL)
    assert source.path == Path("county")
    assert SECRET not in repr(study)


@pytest.mark.parametrize(
    ("facilities", "told"),
    [
        (f'path = "{URL}"', "either `layer` or `query`"),
        (f'path = "{URL}"\nlayer = "a"\nquery = "select 1"', "either `layer` or `query`"),
        ('path = "list.csv"\nquery = "select 1"', "belongs to a database"),
        (f'path = "postgresql://u:{SECRET}@x@h/d"\nlayer = "a"', "%40"),
        (f'path = "list.csv"\nlayer = ["{URL}"]', "***"),
        (f'path = "list.csv"\ndatabase = "{URL}"', "unknown key"),
        (f'path = "./{URL}"', "***"),
    ],
)
def test_faults_are_told_without_the_password(
    study_folder: Path, facilities: str, told: str
) -> None:
    text = sentences(study_with(study_folder, facilities))
    assert told in text
    assert SECRET not in text


def test_a_group_cannot_be_a_database(study_folder: Path) -> None:
    path = study_folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('column = "old"', f'path = "{URL}"'), encoding="utf-8")
    told = sentences(path)
    assert "a file path" in told
    assert SECRET not in told
