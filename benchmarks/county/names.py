"""Invented names: a first character of plants, light or water, a second of the lie of the land."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FIRST = (
    "霁蘅芷溆漪翎沅筠岫蓼菡濯霭潋滢棠荇箬樨葭蒹砚汐澹缃湄槿榆栎"
    "杼泓洵浔桁溟甪藜菖蔺荻蕙芸苕菱芡莼茭蓟楝榉槭椿桤枳橡柘桧棣槲"
)
LAST_PLAIN = "浦塘埭桥泾浜荡汇堰渡墩畈渚港汀埠"
LAST_HILL = "岙坞岭溪坑岩湾峰坪垄岗源"
LAST_COAST = "浦塘涂湾渡闸沥埠滩汛"
LAST_ISLAND = "岙湾屿礁沙澳"
LAST_TOWN = "苑坊庭园门台池巷郡亭井阁"
LAST_HAMLET = "岙坞坑岭湾畈"
ROADS_FIRST = "望澜霁蘅芷沅翎潋菡汐葭岫樨棠筠汀漪"
ROADS_LAST = "月阳和安清兴泰康宁文昌景瑞丰华育"

_REAL = """
    岫岩 柘园 柘坑 柘坪 柘塘 柘桥 柘港 柘源 柘溪 柘荡 栎坪 栎桥 栎湾 桁桥 桧溪 棠园
    棠坪 棠岙 棠岭 棠浦 棠港 棠溪 棠阁 棣园 椿坪 榆台 榆园 榆坪 榆塘 榆岭 榆港 榆郡
    榉溪 汐浦 沅溪 浔峰 浔溪 湄塘 湄池 湄浦 湄港 湄溪 溆浦 潋溪 澹园 澹坪 濯坑 濯港
    砚井 砚台 砚坑 砚峰 砚池 砚湾 砚溪 筠岗 筠岭 箬坑 箬塘 箬岙 箬岭 箬源 箬溪 芷坊
    芷坪 芷湾 芷溪 芸塘 芸峰 芸溪 苕溪 茭塘 茭岭 茭溪 荇塘 荻浦 荻港 荻溪 莼塘 菖坑
    菖塘 菖溪 菱塘 菱溪 蓼园 蓼坑 蓼坞 蓼坪 蓼塘 蓼池 蔺坊 蔺岗 霭溪 蔺家湾
"""
REAL = frozenset(_REAL.split())
"""Names of this kind that places do bear; never used."""


class Names:
    """Hands out names that nobody in the county bears yet."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._used: set[str] = set()

    def take(self, last: str) -> str:
        """Return a new name that ends in one of the characters."""
        while True:
            name = str(self._rng.choice(list(FIRST))) + str(self._rng.choice(list(last)))
            if name not in self._used and name not in REAL:
                self._used.add(name)
                return name

    def hamlet(self, last: str = LAST_HAMLET) -> str:
        """Return a new name for a natural village: a family, 家 and the lie of the land."""
        while True:
            name = f"{self._rng.choice(list(FIRST))}家{self._rng.choice(list(last))}"
            if name not in self._used and name not in REAL:
                self._used.add(name)
                return name

    def road(self, ending: str) -> str:
        """Return a name for a street; streets may share the characters of places."""
        return f"{self._rng.choice(list(ROADS_FIRST))}{self._rng.choice(list(ROADS_LAST))}{ending}"


def endings(
    height_m: NDArray[np.float64],
    coast_m: NDArray[np.float64],
    urban: NDArray[np.float64],
    is_island: NDArray[np.bool_],
) -> list[str]:
    """Return the endings that suit each place by height, distance to the coast and town."""
    out = []
    for h, c, u, i in zip(height_m, coast_m, urban, is_island, strict=True):
        out.append(
            LAST_ISLAND
            if i
            else LAST_TOWN
            if u > 0.25
            else LAST_HILL
            if h > 32
            else LAST_COAST
            if c < 3500
            else LAST_PLAIN
        )
    return out
