"""Road files into graphs: drawn cases, an independent networkx answer, and real files."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import pytest
import shapely
from pyproj import Geod

from data.errors import MESSAGES, StudyError
from data.roads.read import RoadOptions, read_roads
from data.study.tables import TableSource
from geo.access import CLASSES
from geo.errors import Cancelled, GeoError, sentence
from tests.data.roads.answers import codes, finding, read, seconds
from tests.data.roads.drawn_osm import CRS, write_osm
from tests.geo.drawn_graphs import as_networkx

STREET = {"highway": "residential"}


@pytest.fixture
def pbf(tmp_path: Path) -> Path:
    return tmp_path / "路网 drawn.osm.pbf"


def test_a_kilometre_of_street_by_every_mode(pbf):
    write_osm(pbf, {1: (0, 0), 2: (400, 0), 3: (1000, 0)}, [(10, [1, 2, 3], STREET)])
    found = read(pbf)
    assert found.crs == CRS
    expected = {"walk": 800, "walk_elderly": 1000, "e_bike": 240, "car": 144}
    for mode, value in expected.items():
        assert seconds(found, mode, 1, 3) == pytest.approx(value, abs=0.2)
    assert found.graph.length_m.sum() == pytest.approx(1000, abs=0.1)
    assert found.graph.way_id.tolist() == [10, 10]
    assert found.water is None
    assert found.attribution.startswith("© OpenStreetMap contributors")
    assert shapely.length(found.extent) > 0
    assert codes(found) == ["roads_without_paths"]


def test_lengths_are_those_of_the_ellipsoid(pbf):
    write_osm(pbf, {1: (0, 0), 2: (30_000, 20_000)}, [(10, [1, 2], STREET)])
    found = read(pbf)
    nodes = osmium.FileProcessor(str(pbf), osmium.osm.NODE)
    ends = [(node.location.lon, node.location.lat) for node in nodes]
    exact = Geod(ellps="WGS84").inv(*ends[0], *ends[1])[2]
    assert found.graph.length_m[0] == pytest.approx(exact, abs=1e-6)


def test_nobody_crosses_between_a_bridge_and_the_road_below(pbf):
    nodes = {1: (-100, 0), 2: (100, 0), 3: (0, -100), 4: (0, 100)}
    bridge = {**STREET, "bridge": "yes", "layer": "1"}
    write_osm(pbf, nodes, [(10, [1, 2], bridge), (11, [3, 4], STREET)])
    found = read(pbf)
    assert seconds(found, "walk", 1, 3) is None
    assert finding(found, "roads_parts")["count"] == 2


def test_missing_nodes_break_a_way_and_are_told(pbf):
    nodes = {k: (100.0 * k, 0) for k in (1, 2, 4, 5)}
    write_osm(pbf, nodes, [(10, [1, 2, 3, 4, 5], STREET), (11, [7, 8], STREET)])
    found = read(pbf)
    assert finding(found, "roads_clipped") == {"count": 3}
    assert seconds(found, "walk", 1, 2) == pytest.approx(80, abs=0.1)
    assert seconds(found, "walk", 2, 4) is None


def test_a_file_with_ways_before_nodes_reads_the_same(tmp_path):
    nodes = {1: (0, 0), 2: (100, 0)}
    sorted_file = write_osm(tmp_path / "a.osm", nodes, [(10, [1, 2], STREET)])
    text = sorted_file.read_text(encoding="utf-8")
    start, way = text.index("<node"), text.index("<way")
    end = text.index("</osm>")
    turned = tmp_path / "b.osm"
    turned.write_text(text[:start] + text[way:end] + text[start:way] + text[end:], encoding="utf-8")
    assert read(turned).graph.fingerprint == read(sorted_file).graph.fingerprint


BARRIER_NODES = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 500)}


@pytest.mark.parametrize(
    ("tags", "walk", "e_bike", "car"),
    [
        ({"barrier": "gate"}, True, True, True),
        ({"barrier": "bollard"}, True, True, False),
        ({"barrier": "stile"}, True, False, False),
        ({"barrier": "gate", "access": "private"}, False, False, False),
        ({"barrier": "gate", "access": "no", "foot": "yes"}, True, False, False),
    ],
)
def test_barriers_stop_only_those_they_stop(pbf, tags, walk, e_bike, car):
    write_osm(pbf, BARRIER_NODES, [(10, [1, 2, 3], STREET)], node_tags={2: tags})
    found = read(pbf)
    passes = [seconds(found, mode, 1, 3) is not None for mode in ("walk", "e_bike", "car")]
    assert passes == [walk, e_bike, car]
    assert seconds(found, "car", 1, 2) == pytest.approx(14.4, abs=0.11)
    if walk:
        assert seconds(found, "walk", 1, 3) == pytest.approx(160, abs=0.11)
    assert ("roads_barriers" in codes(found)) == (not (walk and e_bike and car))


def test_a_barrier_on_a_crossing_stops_every_turn_and_no_place_joins_its_connectors(pbf):
    ways = [(10, [1, 2, 3], STREET), (11, [4, 2], STREET)]
    write_osm(pbf, BARRIER_NODES, ways, node_tags={2: {"barrier": "bollard"}})
    found = read(pbf)
    for start, end in ((1, 3), (1, 4), (3, 4)):
        assert seconds(found, "car", start, end) is None
        assert seconds(found, "walk", start, end) is not None
    connectors = found.graph.length_m == 0
    assert connectors.sum() == 2
    for network in found.graph.networks.values():
        assert not network.may_snap[connectors].any()


def test_a_bollard_on_a_footway_parts_nothing(pbf):
    footway = {"highway": "footway"}
    write_osm(pbf, BARRIER_NODES, [(10, [1, 2, 3], footway)], node_tags={2: {"barrier": "bollard"}})
    found = read(pbf)
    assert "roads_barriers" not in codes(found)
    assert len(found.graph.x_m) == 3


def test_ferries_take_duration_and_waiting_and_others_are_told(pbf):
    nodes = {1: (0, 0), 2: (3000, 0), 3: (0, 100), 4: (3000, 100)}
    ways = [
        (10, [1, 2], {"route": "ferry", "duration": "00:10", "motor_vehicle": "no"}),
        (11, [3, 4], {"route": "ferry"}),
        (12, [1, 3], STREET),
        (13, [2, 4], STREET),
    ]
    write_osm(pbf, nodes, ways)
    found = read(pbf)
    assert seconds(found, "walk", 1, 2) == 25 * 60
    assert seconds(found, "car", 1, 2) is None
    told = next(each for each in found.findings if each.code == "ferry_without_time")
    assert told.rows == ("11",)
    ferry = found.graph.class_names.index("ferry")
    assert found.graph.fixed_tenths[found.graph.road_class == ferry].tolist() == [15_000]


def test_limits_that_are_not_understood_are_told(pbf):
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0)}
    ways = [(1, [1, 2], {**STREET, "maxspeed": "fast"}), (2, [2, 3], {**STREET, "maxspeed": "10"})]
    found = read(write_osm(pbf, nodes, ways))
    assert finding(found, "roads_maxspeed_unread") == {"count": 1, "examples": "fast"}
    assert seconds(found, "car", 2, 3) == pytest.approx(36, abs=0.1)


def test_a_mode_without_roads_is_a_warning(pbf):
    write_osm(pbf, {1: (0, 0), 2: (100, 0)}, [(1, [1, 2], {"highway": "footway"})])
    found = read(pbf)
    empty = [dict(f.params)["mode"] for f in found.findings if f.code == "roads_mode_empty"]
    assert empty == ["e_bike", "car"]


@pytest.mark.parametrize(
    "ways",
    [[], [(1, [1, 2], {"building": "yes"})], [(1, [1, 2], {"highway": "proposed"})]],
    ids=["empty", "buildings", "proposed"],
)
def test_a_file_without_roads_is_an_error(pbf, ways):
    write_osm(pbf, {1: (0, 0), 2: (100, 0)}, ways)
    with pytest.raises(StudyError, match="there is no road in it") as fault:
        read(pbf)
    assert fault.value.findings[0].file == pbf.name


@pytest.mark.parametrize("name", ["a.osm.pbf", "a.osm", "a.graphml", "a.gpkg", "a.parquet"])
@pytest.mark.parametrize("content", [b"", b"nonsense", b"<xml/>"], ids=["empty", "text", "xml"])
def test_unreadable_files_are_errors_of_ours(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(StudyError) as fault:
        read(path)
    told = fault.value.findings[0]
    assert told.file == name
    assert told.code in {"file_unreadable", "roads_none"}
    assert str(tmp_path) not in str(fault.value)


def test_missing_files_and_unknown_formats(tmp_path):
    with pytest.raises(StudyError, match="does not exist"):
        read(tmp_path / "none.osm.pbf")
    strange = tmp_path / "roads.docx"
    strange.write_bytes(b"x")
    with pytest.raises(StudyError, match="not a road format"):
        read(strange)


def test_progress_is_told_and_may_stop_the_reading(pbf):
    write_osm(pbf, {1: (0, 0), 2: (100, 0)}, [(1, [1, 2], STREET)])
    stages = []
    read(pbf, progress=lambda stage, done, total: stages.append((stage, done, total)))
    assert [stage for stage, _, _ in stages] == ["roads", "graph"]

    def stop(stage: str, done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read(pbf, progress=stop)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_systems_that_measure_nothing_are_refused(pbf, crs):
    write_osm(pbf, {1: (0, 0), 2: (100, 0)}, [(1, [1, 2], STREET)])
    with pytest.raises(GeoError):
        read(pbf, crs=crs)


# ---- An independent answer: float seconds in networkx, with rules written anew ------------------

_CLOSED = {"no", "private"}


def _slow_graph(pbf: Path, mode: str) -> nx.MultiDiGraph:
    """Return seconds between OSM nodes by rules for the tags that `_random_town` draws."""
    geod = Geod(ellps="WGS84")
    drawn = nx.MultiDiGraph()
    for way in osmium.FileProcessor(str(pbf)).with_locations():
        if not way.is_way():
            continue
        tags = dict(way.tags)
        car = mode == "car"
        closed = tags.get("motor_vehicle" if car else "foot", tags.get("access")) in _CLOSED
        kinds = {"primary", "residential", "service"} | (set() if car else {"footway", "steps"})
        if closed or tags["highway"] not in kinds:
            continue
        kph = {"primary": 65, "residential": 25, "service": 15}.get(tags["highway"], 0)
        limits = [
            float(tags.get(f"maxspeed:{side}", tags.get("maxspeed", "999")))
            for side in ("forward", "backward")
        ]
        oneway = tags.get("oneway", "no") if car else "no"
        for a, b in pairwise(way.nodes):
            metres = geod.inv(a.lon, a.lat, b.lon, b.lat)[2]
            speeds = [min(kph, limit) if car else 4.5 for limit in limits]
            if oneway != "-1":
                drawn.add_edge(a.ref, b.ref, seconds=metres * 3.6 / speeds[0])
            if oneway != "yes":
                drawn.add_edge(b.ref, a.ref, seconds=metres * 3.6 / speeds[1])
    return drawn


def _random_town(path: Path, seed: int) -> Path:
    """Draw ways between neighbours on a bent grid, with mixed tags."""
    rng = np.random.default_rng(seed)
    side = 9
    xy = {
        1 + side * row + column: (
            180.0 * column + rng.normal(0, 40),
            180.0 * row + rng.normal(0, 40),
        )
        for row in range(side)
        for column in range(side)
    }
    tags = [
        STREET,
        {**STREET, "oneway": "yes"},
        {**STREET, "oneway": "-1", "maxspeed": "12"},
        {"highway": "primary", "maxspeed": "50", "maxspeed:backward": "30"},
        {"highway": "service", "access": "private"},
        {"highway": "service", "motor_vehicle": "no"},
        {"highway": "footway"},
        {"highway": "steps"},
    ]
    ways = []
    for way in range(90):
        row, column = (int(each) for each in rng.integers(0, side - 1, 2))
        length = int(rng.integers(1, 5))
        if rng.random() < 0.5:
            refs = [1 + side * row + c for c in range(column, min(column + length, side - 1) + 1)]
        else:
            refs = [1 + side * r + column for r in range(row, min(row + length, side - 1) + 1)]
        ways.append((way + 1, refs, tags[int(rng.integers(0, len(tags)))]))
    return write_osm(path, xy, ways)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("mode", ["walk", "car"])
def test_all_pairs_agree_with_networkx_within_a_second(tmp_path, seed, mode):
    path = _random_town(tmp_path / "town.osm.pbf", seed)
    found = read(path)
    slow = _slow_graph(path, mode)
    roads, network = found.graph, found.graph.networks[mode]
    fast = as_networkx(network)
    ours = {
        int(roads.node_id[a]): {int(roads.node_id[b]): t / 10 for b, t in row.items()}
        for a, row in nx.all_pairs_dijkstra_path_length(fast, weight="weight")
        if network.component[a] >= 0
    }
    exact = dict(nx.all_pairs_dijkstra_path_length(slow, weight="seconds"))
    assert set(ours) == set(exact)
    for start, row in exact.items():
        assert set(ours[start]) == set(row)
        for end, value in row.items():
            assert abs(ours[start][end] - value) < 1
    parts = [len(each) for each in nx.weakly_connected_components(slow)]
    sizes = np.bincount(network.component[network.component >= 0])
    assert sizes.tolist() == sorted(parts, reverse=True)


# ---- Real files ---------------------------------------------------------------------------------


@pytest.mark.shared
def test_porto_alegre_holds_to_the_published_figures(shared_data, tmp_path):
    """The figures count highway classes only: access tags and barriers are taken out first."""
    source = shared_data / "porto-alegre" / "poa_osm.pbf"
    plain = tmp_path / "plain.osm.pbf"
    kept = ("highway", "oneway", "maxspeed")
    pairs = set()
    one_way = limited = n_ways = 0
    with osmium.SimpleWriter(str(plain)) as writer:
        for each in osmium.FileProcessor(str(source)):
            if each.is_node():
                writer.add_node(each.replace(tags={}))
            elif each.is_way() and "highway" in each.tags:
                refs = [node.ref for node in each.nodes]
                pairs |= {frozenset(pair) for pair in pairwise(refs)}
                tags = {key: each.tags[key] for key in kept if key in each.tags}
                if tags["highway"] not in CLASSES["car"]:
                    continue
                one_way += tags.get("oneway") in {"yes", "-1"}
                limited += "maxspeed" in tags
                n_ways += 1
                writer.add_way(each.replace(tags=tags))
    assert (len(frozenset().union(*pairs)), len(pairs)) == (41_109, 49_621)
    assert (one_way, limited) == (4_696, 5_204)
    found = read_roads(plain, modes=["car"])
    roads, car = found.graph, found.graph.networks["car"]
    assert (len(roads.x_m), len(roads.tail)) == (32_701, 38_606)
    assert int(car.component.max()) + 1 == 18
    assert len(np.unique(roads.way_id)) == n_ways
    one_direction = (car.forward_tenths < 0) != (car.backward_tenths < 0)
    tagged = np.unique(roads.way_id[one_direction])
    assert len(tagged) >= 4_696 - 1
    assert finding(found, "roads_parts")["count"] == 18


@pytest.mark.shared
def test_porto_alegre_with_congestion_and_heights(shared_data):
    folder = shared_data / "porto-alegre"
    options = RoadOptions(
        overrides=TableSource(folder / "poa_osm_congestion.csv"),
        elevation=TableSource(folder / "poa_elevation.tif"),
    )
    plain = read(folder / "poa_osm.pbf")
    found = read(folder / "poa_osm.pbf", options=options)
    scaled = found.graph.car_factor == 0.5
    assert scaled.sum() > 100
    car, before = found.graph.networks["car"], plain.graph.networks["car"]
    used = scaled & (before.forward_tenths > 20)
    ratio = car.forward_tenths[used] / before.forward_tenths[used]
    assert np.median(ratio) == pytest.approx(2, abs=0.02)
    assert found.graph.pace is not None
    assert (found.graph.pace > 0.8).all()
    assert finding(found, "elevation_gaps")["percent"] < 5
    assert {"roads_parts", "roads_barriers"} <= set(codes(plain))
    for each in found.findings:
        assert sentence(each, MESSAGES)
