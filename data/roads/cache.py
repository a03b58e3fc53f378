"""The stored form of roads that were read: arrays in, checked roads out, nothing trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from data.roads.raw import RoadsRead
from data.store import load_arrays, save_arrays
from geo.errors import Finding
from geo.graph import ModeNetwork, RoadGraph

_SEGMENT_ARRAYS = (
    *("tail", "head", "length_m", "way_id", "position", "road_class", "use", "fixed_tenths"),
    *("maxspeed_forward_kph", "maxspeed_backward_kph", "car_kph", "car_factor"),
)
_NODE_ARRAYS = ("x_m", "y_m", "node_id")
_NETWORK_SEGMENT_ARRAYS = ("forward_tenths", "backward_tenths", "may_snap")
_CSR = (("to_indptr", "to_node", "to_tenths"), ("from_indptr", "from_node", "from_tenths"))

DTYPES: dict[str, type[np.generic]] = {
    **dict.fromkeys(("x_m", "y_m", "length_m", "car_kph", "car_factor"), np.float64),
    **dict.fromkeys(("maxspeed_forward_kph", "maxspeed_backward_kph"), np.float64),
    **dict.fromkeys(("way_id", "node_id"), np.int64),
    **dict.fromkeys(("tail", "head", "position", "fixed_tenths"), np.int32),
    "road_class": np.int16,
    "use": np.uint16,
    "may_snap": np.bool_,
    "pace": np.float32,
}
"""Type of each array; int32 where none is named."""


def save_roads(path: Path, read: RoadsRead, *, key: str) -> None:
    """Store roads with their networks.

    Parameters
    ----------
    path
        Target.
    read
        What is stored; `ferries` are not.
    key
        Follows from everything that the roads were made of.
    """
    graph = read.graph
    arrays: dict[str, NDArray[Any]] = {n: getattr(graph, n) for n in _NODE_ARRAYS + _SEGMENT_ARRAYS}
    if graph.pace is not None:
        arrays["pace"] = graph.pace
    networks = []
    for name, network in graph.networks.items():
        networks.append([name, network.speed_set, network.access_speed_kph])
        arrays |= {
            f"{name}.{each.name}": getattr(network, each.name)
            for each in fields(network)
            if isinstance(getattr(network, each.name), np.ndarray)
        }
    shapes = [read.extent, *(() if read.water is None else read.water)]
    wkb = [shapely.to_wkb(shape) for shape in shapes]
    arrays["shapes"] = np.frombuffer(b"".join(wkb), dtype=np.uint8)
    arrays["shape_sizes"] = np.array([len(each) for each in wkb], dtype=np.int64)
    meta = {
        "crs": read.crs,
        "attribution": read.attribution,
        "class_names": list(graph.class_names),
        "n_dropped": graph.n_dropped,
        "fingerprint": graph.fingerprint,
        "networks": networks,
        "has_water": read.water is not None,
        "findings": [[f.code, f.params, f.file, f.column, f.rows, f.people] for f in read.findings],
    }
    save_arrays(path, arrays, meta, key=key)


def forget_oldest(folder: Path, *, most: int = 12) -> None:
    """Keep the roads that were stored last and remove the older files of the folder."""
    stored = sorted(folder.glob("roads-*.npz"), key=lambda path: path.stat().st_mtime_ns)
    for path in stored[:-most]:
        path.unlink(missing_ok=True)


def load_roads(path: Path, *, key: str) -> RoadsRead | None:
    """Return stored roads; None when the file is missing, damaged, foreign or of another key."""
    loaded = load_arrays(path, key=key)
    if loaded is None:
        return None
    arrays, meta = loaded
    try:
        graph = _graph(arrays, meta)
        shapes = _shapes(arrays)
        findings = tuple(_finding(each) for each in meta["findings"])
        water = np.array(shapes[1:], dtype=object) if meta["has_water"] else None
        crs, attribution = str(meta["crs"]), str(meta["attribution"])
    except (KeyError, TypeError, ValueError, IndexError, shapely.errors.GEOSException):
        return None
    if graph is None:
        return None
    return RoadsRead(graph, crs, water, shapes[0], findings, attribution)


def _finding(values: Any) -> Finding:
    """Return a finding from its JSON form."""
    code, params, file, column, rows, people = values
    return Finding(code, tuple((k, v) for k, v in params), file, column, tuple(rows), people)


def _shapes(arrays: Mapping[str, NDArray[Any]]) -> list[Any]:
    """Return the geometries that were stored one after another."""
    ends = np.cumsum(arrays["shape_sizes"])
    content = arrays["shapes"].tobytes()
    return [
        shapely.from_wkb(content[end - size : end])
        for end, size in zip(ends.tolist(), arrays["shape_sizes"].tolist(), strict=True)
    ]


def _graph(arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> RoadGraph | None:
    """Return the graph when every array has its type and length and every index is in range."""
    n_nodes, n_segments = len(arrays["x_m"]), len(arrays["tail"])
    names = tuple(str(name) for name in meta["class_names"])
    fits = [
        _has(arrays, _NODE_ARRAYS, n_nodes),
        _has(arrays, _SEGMENT_ARRAYS, n_segments),
        _within(arrays["tail"], 0, n_nodes),
        _within(arrays["head"], 0, n_nodes),
        _within(arrays["road_class"], 0, len(names)),
        bool(np.isfinite(arrays["x_m"]).all() and np.isfinite(arrays["y_m"]).all()),
        bool((arrays["length_m"] >= 0).all()),
    ]
    pace = arrays.get("pace")
    if pace is not None:
        fits.append(pace.shape == (4, n_segments) and pace.dtype == DTYPES["pace"])
    if not all(fits):
        return None
    networks = {}
    for mode, speed_set, access_speed_kph in meta["networks"]:
        network = _network(arrays, str(mode), n_nodes, n_segments)
        if network is None:
            return None
        networks[str(mode)] = replace(
            network, speed_set=str(speed_set), access_speed_kph=float(access_speed_kph)
        )
    columns: dict[str, Any] = {name: arrays[name] for name in _NODE_ARRAYS + _SEGMENT_ARRAYS}
    return RoadGraph(
        **columns,
        class_names=names,
        pace=pace,
        n_dropped=int(meta["n_dropped"]),
        networks=networks,
        fingerprint=str(meta["fingerprint"]),
    )


def _network(
    arrays: Mapping[str, NDArray[Any]], mode: str, n_nodes: int, n_segments: int
) -> ModeNetwork | None:
    """Return the network of a mode when a search in it cannot leave its arrays."""
    columns: dict[str, Any] = {
        name.partition(".")[2]: array
        for name, array in arrays.items()
        if name.startswith(f"{mode}.")
    }
    fits = [
        _has(columns, _NETWORK_SEGMENT_ARRAYS, n_segments),
        _has(columns, ("component",), n_nodes),
        _within(columns["component"], -1, n_nodes),
    ]
    fits += [_within(columns[name], -1, 2**31 - 1) for name in _NETWORK_SEGMENT_ARRAYS[:2]]
    for indptr_name, node_name, tenths_name in _CSR:
        indptr, node, tenths = columns[indptr_name], columns[node_name], columns[tenths_name]
        fits += [
            _has(columns, (indptr_name,), n_nodes + 1),
            _has(columns, (node_name, tenths_name), len(node)),
            bool(indptr[0] == 0 and indptr[-1] == len(node) and (np.diff(indptr) >= 0).all()),
            _within(node, 0, n_nodes),
            _within(tenths, 0, 2**31 - 1),
        ]
    if not all(fits):
        return None
    return ModeNetwork(mode=mode, speed_set="", access_speed_kph=0.0, **columns)


def _has(arrays: Mapping[str, NDArray[Any]], names: tuple[str, ...], length: int) -> bool:
    """Return whether these arrays are there with their type and one length."""
    return all(
        arrays[name].shape == (length,) and arrays[name].dtype == DTYPES.get(name, np.int32)
        for name in names
    )


def _within(array: NDArray[Any], least: int, end: int) -> bool:
    """Return whether every value is at least `least` and below `end`."""
    return not len(array) or bool(array.min() >= least and array.max() < end)
