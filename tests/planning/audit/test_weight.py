"""Findings reach the reader by what they may change, and no message four times."""

from __future__ import annotations

from geo.errors import Finding
from planning.audit.weight import weigh_findings
from planning.words.wording import translator

WATER = Finding("water_unknown", (), file="study.toml")
NOTE = Finding("encoding_read_as", (("encoding", "GB18030"),), file="a.csv")
CENSUS = Finding(
    "zone_people_differ", (("count", 2), ("limit_percent", 20), ("zones", "甲 -27 %")), people=5e5
)
MODES = ("walk", "walk_elderly", "e_bike", "car")


def parts(mode: str, people: float) -> Finding:
    return Finding("people_on_parts", (("mode", mode), ("places", "甲村")), people=people)


def test_what_touches_everybody_comes_before_what_touches_many_and_notes_come_last():
    few = Finding("owner_unverified", (("count", 3),))
    found = weigh_findings([NOTE, few, *(parts(mode, 20.0) for mode in MODES)], [WATER, CENSUS])
    assert [w.finding.code for w in found] == [
        "zone_people_differ",
        "water_unknown",
        "people_on_parts",
        "owner_unverified",
        "encoding_read_as",
    ]
    assert [w.may_change_verdict for w in found] == [True, True, True, True, False]


def test_a_message_of_four_modes_is_said_once_with_the_most_people():
    (one,) = weigh_findings(
        parts(mode, people) for mode, people in zip(MODES, (5, 7, 3000, 1), strict=True)
    )
    assert one.finding.people == 3000
    for language, modes in (("en", "walk, walk_elderly, car"), ("zh", "步行、老年步行、小汽车")):
        said = one.sentence(translator(language))
        assert modes in said
        assert said.count("3,000") == 1
    assert "3,000" not in one.hide_people().headline(translator("zh"))


def test_a_finding_of_readers_and_audit_is_told_once():
    assert len(weigh_findings([WATER, NOTE], [NOTE])) == 2


def test_different_findings_of_one_kind_stay_apart():
    other = Finding("encoding_read_as", (("encoding", "GB18030"),), file="b.csv")
    assert len(weigh_findings([NOTE, other])) == 2


def test_a_doubtful_system_is_told_once_with_its_people():
    plain = Finding("coordinates_undetermined", (("count", 3),), file="list.csv")
    told = Finding("coordinates_undetermined_people", (("count", 3),), file="list.csv")
    elsewhere = Finding("coordinates_undetermined", (("count", 9),), file="sites.csv")
    found = [one.finding for one in weigh_findings([told, NOTE], [plain, elsewhere])]
    assert found[-1] == NOTE
    assert set(found[:-1]) == {told, elsewhere}
