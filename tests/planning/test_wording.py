"""Words: both catalogues are complete, fresh and use the glossary."""

import importlib.util
import io
import re
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from data.errors import MESSAGES
from geo.errors import Finding
from planning.wording import finding_sentence, translator

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("make_words", ROOT / "docs" / "make_words.py")
make_words = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_words)

FIELD = re.compile(r"\{[a-z_0-9]*(?::[^}]*)?\}")


def entries(locale):
    path = make_words.po_path(locale)
    return {entry.id: entry.string for entry in read_po(io.BytesIO(path.read_bytes())) if entry.id}


@pytest.mark.parametrize("locale", make_words.CATALOGUES)
def test_catalogues_hold_exactly_the_ids_of_the_sources(locale):
    assert sorted(entries(locale)) == make_words.message_ids()


@pytest.mark.parametrize("locale", make_words.CATALOGUES)
def test_every_id_is_translated_and_keeps_its_fields(locale):
    for text, said in entries(locale).items():
        assert said, text
        assert sorted(FIELD.findall(said)) == sorted(FIELD.findall(text)), text


@pytest.mark.parametrize("locale", make_words.CATALOGUES)
def test_compiled_catalogues_are_fresh(locale):
    path = make_words.po_path(locale).with_suffix(".mo")
    compiled = {
        entry.id: entry.string for entry in read_mo(io.BytesIO(path.read_bytes())) if entry.id
    }
    assert compiled == entries(locale)


def test_chinese_says_what_the_glossary_says():
    glossary = {
        "Village clinic": "村卫生室",
        "Health station": "社区卫生服务站",
        "Ledger of people": "人口平衡表",
        "Far from any road": "远离路网",
        "Unreachable by road": "路网不可达",
        "Beyond the limit": "超出时限",
        "Outside": "界外",
        "Service gap": "服务盲区",
    }
    say = translator("zh")
    assert {text: say(text) for text in glossary} == glossary


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_message_can_be_said(language):
    say = translator(language)
    for code, message in MESSAGES.items():
        names = set(re.findall(r"\{([a-z_0-9]+)", message.text + message.fix))
        finding = Finding(code, tuple((name, 1) for name in sorted(names)), file="f", rows=(1,))
        assert not re.search(r"\{[a-z_0-9]+\}", finding_sentence(finding, say)), code
