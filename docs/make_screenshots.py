"""Take a picture of every page of the app in both languages, and of the exported map.

`python docs/make_screenshots.py [PAGE ...]` starts the app on the built-in county, goes through the
pages in a Chromium that reaches no other host, and writes `docs/images/PAGE-zh.webp` and
`PAGE-en.webp`. It needs Chromium and its driver, as the browser tests do.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app_pages.session.choices import PAGES  # noqa: E402
from data.dataset import load_dataset  # noqa: E402
from data.side_files import remarks_file  # noqa: E402
from data.study.file import SAMPLE_STUDY, read_study  # noqa: E402
from planning.assess.workflow import assess  # noqa: E402
from planning.audit.remarks import Remark, add_remark  # noqa: E402
from planning.report.export import map_html  # noqa: E402
from planning.whatif.edits import Edit  # noqa: E402
from planning.whatif.scenarios import (  # noqa: E402
    SavedScenario,
    edits_text,
    save_scenario,
    scenario_folder,
)
from planning.words.wording import Language, translator  # noqa: E402
from tests.app_pages.served import (  # noqa: E402
    MAP_FRAME,
    at_rest,
    fill,
    map_is_drawn,
    select_row,
    served_app,
    to_tab,
)
from tests.browser import open_browser, wait_for, wait_for_map  # noqa: E402

IMAGES = ROOT / "docs" / "images"
WIDTH, HEIGHT = 1500, 1000
SETTLE_SECONDS = 1.5
"""For charts and tables that are drawn on a canvas after the page has come to rest."""
LANGUAGES: tuple[Language, ...] = ("zh", "en")
VILLAGE = "339900105205"


def take_all(names: Sequence[str]) -> None:
    """Take the pictures of some pages in both languages."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SERVICECIRCLE_DATA"] = folder
        edits = _edits()
        saved = SavedScenario("新增两所", edits)
        save_scenario(scenario_folder(read_study(SAMPLE_STUDY)), saved)
        with served_app(Path(folder)) as address:
            for language in LANGUAGES:
                _take(address, names, language, edits_text(edits))


def _edits() -> tuple[Edit, ...]:
    """Return a scenario: a station in each of the two largest gaps."""
    study = read_study(SAMPLE_STUDY)
    assessment = assess(load_dataset(study), study)
    demand = assessment.dataset.demand
    cells = [gap.demand[0] for gap in assessment.gaps[:2]]
    return tuple(
        Edit(
            "add",
            f"NEW-{number:03d}",
            kind="B200",
            lon=float(demand.lon[cell].round(5)),
            lat=float(demand.lat[cell].round(5)),
        )
        for number, cell in enumerate(cells, start=1)
    )


def take_map() -> None:
    """Take the picture of the exported map, opened from the disk."""
    study = read_study(SAMPLE_STUDY)
    page = map_html(assess(load_dataset(study), study), "zh")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.html"
        path.write_text(page, encoding="utf-8")
        driver = open_browser(width=WIDTH, height=HEIGHT)
        driver.get(path.as_uri())
        wait_for_map(driver)
        time.sleep(SETTLE_SECONDS)
        _save(driver, IMAGES / "map.webp")
        driver.quit()


def _take(address: str, names: Sequence[str], language: Language, edits: str) -> None:
    driver = open_browser(width=WIDTH, height=HEIGHT)
    try:
        for name in names:
            # Each page begins with the whole county, not with the view of the page before.
            driver.execute_script("try { sessionStorage.clear() } catch (error) { }")
            asked = f"&edits={quote(edits)}" if name == "workbench" else ""
            driver.get(f"{address}/{'' if name == 'overview' else name}?lang={language}{asked}")
            _settle(driver)
            if name in ON_THE_WAY:
                ON_THE_WAY[name](driver, language)
                _settle(driver)
            driver.execute_script(
                "window.getSelection().removeAllRanges(); document.activeElement.blur();"
                "document.querySelector('[data-testid=stMain]').scrollTo(0, 0)"
            )
            time.sleep(0.3)
            _save(driver, IMAGES / f"{name}-{language}.webp")
    finally:
        driver.quit()


def _settle(driver: Any) -> None:
    at_rest(driver, seconds=300)
    if driver.find_elements("css selector", MAP_FRAME):
        wait_for(lambda: map_is_drawn(driver), seconds=120, what="the map")
    at_rest(driver)
    time.sleep(SETTLE_SECONDS)


def _coverage(driver: Any, language: Language) -> None:
    """Show a village with its ways."""
    _ = translator(language)
    label = _("Search a village or institution: name, code, or longitude,latitude")
    fill(driver, label, VILLAGE)


def _checks(driver: Any, language: Language) -> None:
    """Show the worklist with a row chosen, beside a remark."""
    _ = translator(language)
    path = remarks_file(read_study(SAMPLE_STUDY))
    if not path.is_file():
        add_remark(path, Remark("岫溪镇", 120.86, 29.98, "walk", "桥已拆除，须绕行。", who="王"))
    to_tab(driver, _("Without a place"))
    at_rest(driver)
    select_row(driver, 0)
    at_rest(driver)
    fill(driver, _("Paste coordinates"), "北纬30°08′00″，东经120°48′15″")


ON_THE_WAY: dict[str, Callable[[Any, Language], None]] = {
    "coverage": _coverage,
    "checks": _checks,
}
"""What is done on a page before its picture is taken."""


def _save(driver: Any, path: Path) -> None:
    """Save what the window shows."""
    picture = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=82, method=6)


if __name__ == "__main__":
    asked = sys.argv[1:] or [*PAGES, "map"]
    take_all([name for name in asked if name != "map"])
    if "map" in asked:
        take_map()
