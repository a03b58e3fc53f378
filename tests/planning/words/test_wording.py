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
from planning.centres.norms import RatioBounds, SizeStatus, size_text
from planning.words.wording import finding_sentence, translator

ROOT = Path(__file__).resolve().parents[3]
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


GLOSSARY = {
    r"village clinics?": "村卫生室",
    r"health stations?": "社区卫生服务站",
    r"health centres?": "社区卫生服务中心/乡镇卫生院",
    r"(fixed|nearest|open|new) points?": "网点",
    r"ledger": "人口平衡表",
    r"far from any road": "远离路网",
    r"unreachable by road": "路网不可达",
    r"(people )?beyond the limit": "超出时限",
    r"outside": "界外",
    r"service gaps?": "服务盲区",
    r"(target gap|gap to the target)": "达标差距",
    r"solver gap": "最优性差距",
    r"findings?": "数据提示",
}
"""English words of ours, as a reader meets them, and what the Chinese text must then say."""
OTHER_USES = {
    "part of the people beyond the limit": "部分自然村超时",
    "{people:g} people in {rows} rows are beyond the limit of every site": "超出所有点位的时限",
}
"""Sentences that the glossary does not mean: there the Chinese says it in words of its own."""
REPLACED = {"问题": {"请向我们报告此问题。", "体检研究文件的数据，按涉及人口说明问题"}}
"""A word that the glossary replaced (数据提示), with the sentences in which it is common speech."""


def uses(pattern):
    """Return the Chinese texts whose English id uses a word of the glossary."""
    found = {}
    for text, said in entries("zh_CN").items():
        is_name = pattern != "outside" or text == "Outside"  # a common word: only the label counts
        if is_name and re.search(rf"\b{pattern}\b", text, re.IGNORECASE):
            found[text] = said
    return {
        text: said
        for text, said in found.items()
        if not any(
            text.startswith(start) and said_so in said for start, said_so in OTHER_USES.items()
        )
    }


@pytest.mark.parametrize("pattern", GLOSSARY)
def test_chinese_says_what_the_glossary_says(pattern):
    found = uses(pattern)
    assert found
    wrong = {text: said for text, said in found.items() if GLOSSARY[pattern] not in said}
    assert not wrong


@pytest.mark.parametrize("pattern", GLOSSARY)
def test_english_has_the_words_of_the_glossary(pattern):
    texts = [text for text in entries("en") if re.search(rf"\b{pattern}\b", text, re.IGNORECASE)]
    assert texts
    assert all(entries("en")[text] == text for text in texts)


@pytest.mark.parametrize("word", REPLACED)
def test_no_chinese_text_uses_a_word_that_the_glossary_replaced(word):
    assert {said for said in entries("zh_CN").values() if word in said} <= REPLACED[word]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (SizeStatus.NONE, "未设置"),
        (SizeStatus.UNDER, "低于3万（提示）"),
        (SizeStatus.WITHIN, "符合"),
        (SizeStatus.OVER, "超过10万"),
    ],
)
def test_the_sizes_of_centres_are_named_as_the_norm_names_them(status, said):
    assert size_text(status, RatioBounds()) == said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_message_can_be_said(language):
    say = translator(language)
    for code, message in MESSAGES.items():
        names = set(re.findall(r"\{([a-z_0-9]+)", message.text + message.fix))
        finding = Finding(code, tuple((name, 1) for name in sorted(names)), file="f", rows=(1,))
        assert not re.search(r"\{[a-z_0-9]+\}", finding_sentence(finding, say)), code
