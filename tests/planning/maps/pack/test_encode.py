"""Encodings: pictures and packs read back by other code."""

from __future__ import annotations

import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from planning.maps.pack.encode import (
    Pack,
    chain_segments,
    compressed,
    paletted_png,
    varints,
)


def _read_varints(data: bytes) -> list[int]:
    """Read zigzag varints one byte at a time."""
    out, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            out.append((value >> 1) ^ -(value & 1))
            value, shift = 0, 0
    return out


@pytest.mark.parametrize("n_colours", [1, 2, 3, 4, 15, 16, 200])
def test_a_picture_reads_back_with_its_colours(rng: np.random.Generator, n_colours: int) -> None:
    index = rng.integers(0, n_colours + 1, (23, 37)).astype(np.uint8)
    index[5] = index[4]  # a repeated row takes another filter
    colours = [f"#{k:02x}{255 - k:02x}{(7 * k) % 256:02x}" for k in range(n_colours)]
    image = Image.open(io.BytesIO(paletted_png(index, colours))).convert("RGBA")
    pixels = np.asarray(image)
    assert pixels.shape == (23, 37, 4)
    np.testing.assert_array_equal(pixels[..., 3] == 0, index == 0)
    table = np.array([[0, 0, 0]] + [[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in colours])
    np.testing.assert_array_equal(pixels[..., :3][index > 0], table[index][index > 0])


def test_varints_read_back(rng: np.random.Generator) -> None:
    small = rng.integers(-300, 300, 500)
    large = np.array([0, 2**31 - 1, -(2**31), 2**40, -(2**40)])
    for values in (small, large, np.zeros(0, dtype=np.int64)):
        assert _read_varints(varints(values)) == values.tolist()


def test_numbers_take_the_smallest_type_and_wrap_around() -> None:
    pack = Pack()
    pack.add_numbers("a", np.array([300, 1, 65535]), is_delta=True)
    pack.add_numbers("b", np.array([7]))
    assert [entry[1] for entry in pack.entries] == ["u16", "u8"]
    planes = np.frombuffer(pack.parts[0], dtype=np.uint8).reshape(2, 3)
    steps = (planes[0].astype(np.uint16) + 256 * planes[1].astype(np.uint16)).astype(np.uint16)
    assert np.cumsum(steps, dtype=np.uint16).tolist() == [300, 1, 65535]


def test_segments_of_one_way_become_one_line() -> None:
    # Way A: 0-1-2 (group 1), way B: 2-3 (group 0), way C: 5-4 then 4-2 (group 1).
    tail = np.array([0, 1, 2, 5, 4], dtype=np.int32)
    head = np.array([1, 2, 3, 4, 2], dtype=np.int32)
    group = np.array([1, 1, 0, 1, 1], dtype=np.uint8)
    nodes, counts, groups = chain_segments(tail, head, group)
    lines = np.split(nodes, np.cumsum(counts)[:-1])
    assert [line.tolist() for line in lines] == [[2, 3], [0, 1, 2], [5, 4, 2]]
    assert groups.tolist() == [0, 1, 1]


def test_every_segment_is_drawn_once(rng: np.random.Generator) -> None:
    tail = rng.integers(0, 40, 300).astype(np.int32)
    head = np.where(rng.random(300) < 0.7, np.roll(tail, -1), rng.integers(0, 40, 300))
    head = head.astype(np.int32)
    group = rng.integers(0, 3, 300).astype(np.uint8)
    nodes, counts, groups = chain_segments(tail, head, group)
    drawn = [
        (int(g), int(a), int(b))
        for line, g in zip(np.split(nodes, np.cumsum(counts)[:-1]), groups, strict=True)
        for a, b in pairwise(line)
    ]
    wanted = [(int(g), int(a), int(b)) for g, a, b in zip(group, tail, head, strict=True)]
    assert sorted(drawn) == sorted(wanted)


def test_no_segments_make_no_lines() -> None:
    empty = np.zeros(0, dtype=np.int32)
    nodes, counts, groups = chain_segments(empty, empty, empty.astype(np.uint8))
    assert (nodes.size, counts.size, groups.size) == (0, 0, 0)


def test_compression_keeps_no_time() -> None:
    assert compressed(b"abc") == compressed(b"abc")
    assert compressed(b"abc")[4:8] == bytes(4)
