"""Language, study, settings, scenario and results: the only file that touches session state."""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import time
import weakref
from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app_pages.parts.text import plain
from app_pages.session.choices import (
    KEPT,
    PAGES,
    SITING_KEYS,
    WAN,
    Key,
    Settings,
    SitingChoice,
    first_siting,
    siting_of,
    with_settings,
)
from app_pages.session.jobs import WAITING, Job, JobStore, Make
from app_pages.session.links import link_number, parse_link
from app_pages.session.login import require_login
from app_pages.session.media import is_open, session_id
from app_pages.views.workbench import named
from data.dataset import load_dataset
from data.errors import PlannerError
from data.side_files import with_side_files
from data.study.file import SAMPLE_STUDY, read_study
from data.study.files import Stamp, file_stamp, named_files
from data.study.siting import SitingTable
from data.study.tables import Study
from data.types import Dataset
from geo.errors import Cancelled, Finding
from planning.assess.workflow import Assessment, assess, with_siting
from planning.cli.serving import LANGUAGE_VARIABLE, STUDY_VARIABLE
from planning.maps import EncodedMap, encode_map
from planning.maps.cartography import assessment_map
from planning.reach.scenario import scenario_of
from planning.report.export import map_html
from planning.solver.turns import WAITING as PROOFS_WAIT
from planning.standards.assessment import standards_of
from planning.standards.judgement import StandardsResult
from planning.standards.result import Result, result_of
from planning.whatif.edits import Edit
from planning.whatif.outcome import Outcome, apply_edits
from planning.whatif.scenarios import edits_from_text, edits_text
from planning.words.wording import Language, Translate, finding_sentence, msgid, translator

PAGES_FOLDER = Path(__file__).parents[1]
SITE_LAYERS = ("newly_covered", "site_assignment", "sites")

SWEEP_SECONDS = 60.0
"""Time between two looks at what no open session asks for any more."""

PATIENCE_SECONDS = {"outcome": 1.0, "picture": 1.0, "ways": 5.0, "encoded": 2.0}
"""Seconds before progress is shown: what is ready in a moment shows none."""


def navigation() -> StreamlitPage:
    """Return the pages with titles in the language of the session, once the person is known."""
    require_login(language())
    _ = words()
    # Progress has a place of its own above the page: a sign that comes and goes within the page
    # would move what stands below it, and tabs and maps would begin anew.
    st.session_state[Key.PROGRESS] = st.empty()
    return st.navigation(
        [
            st.Page(
                PAGES_FOLDER / f"{name}.py",
                title=_(title),
                url_path=name,
                default=name == "overview",
            )
            for name, title in PAGES.items()
            if (PAGES_FOLDER / f"{name}.py").is_file()
        ]
    )


def keep_choices() -> None:
    """Give every choice its first value, and keep it when the page changes.

    A page change drops the state of widgets; a value that is assigned here is no widget's state.
    """
    study, _ = opened()
    lower, upper = study.standards.ratio_bounds
    first: dict[str, Any] = {
        Key.LANGUAGE: os.environ.get(LANGUAGE_VARIABLE, "zh"),
        Key.MODE: study.travel.headline_mode or study.travel.modes[0],
        Key.MINUTES: study.travel.minutes,
        Key.LOWER: lower,
        Key.UPPER: upper,
        **first_siting(study.siting),
        Key.EDITS: (),
        Key.REDO: (),
        Key.REVISION: 0,
    }
    if Key.LINK_READ not in st.session_state:
        first |= _read_link(study)
        st.session_state[Key.LINK_READ] = True
    for key, value in first.items():
        st.session_state[key] = st.session_state.get(key, value)
    for key in KEPT:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]
    if st.session_state[Key.MODE] not in study.travel.modes:
        st.session_state[Key.MODE] = study.travel.modes[0]


def get(key: Key, default: Any = None) -> Any:
    """Return a value of the session."""
    return st.session_state.get(key, default)


def put(key: Key, value: Any) -> None:
    """Keep a value in the session."""
    st.session_state[key] = value


def language() -> Language:
    """Return the language of the session: Chinese first."""
    default = os.environ.get(LANGUAGE_VARIABLE, "zh")
    asked = st.query_params.get("lang") if Key.LINK_READ not in st.session_state else None
    return "en" if st.session_state.get(Key.LANGUAGE, asked or default) == "en" else "zh"


def person() -> str:
    """Return who works here: the name of the login, else what the person has written, else ""."""
    known = st.user.to_dict()
    return str(known.get("name") or known.get("email") or st.session_state.get(Key.WHO) or "")


def words() -> Translate:
    """Return the translator of the session's language."""
    return translator(language())


def study_path() -> Path:
    """Return the study of this session: the one chosen, else that of the app, else the county."""
    started_with = os.environ.get(STUDY_VARIABLE, str(SAMPLE_STUDY))
    return Path(st.session_state.get(Key.STUDY, started_with))


def open_study(path: Path) -> None:
    """Make a study that of this session; scenario and settings begin anew."""
    said = st.session_state.get(Key.LANGUAGE)
    st.session_state.clear()
    st.session_state[Key.STUDY] = str(path)
    st.session_state[Key.LINK_READ] = True
    if said is not None:
        st.session_state[Key.LANGUAGE] = said


def settings() -> Settings:
    """Return what the session has chosen; `keep_choices` has given every choice a value."""
    state = st.session_state
    return Settings(
        mode=state[Key.MODE],
        minutes=float(state[Key.MINUTES]),
        lower_people=float(state[Key.LOWER]),
        upper_people=float(state[Key.UPPER]),
    )


def asked_siting() -> SitingTable:
    """Return the siting question of the session: the study's, with what the person has chosen."""
    state = st.session_state
    minutes, cost = state[Key.SITE_MINUTES], state[Key.SITE_COST]
    chosen = SitingChoice(
        model=state[Key.SITE_MODEL],
        count=int(state[Key.COUNT]),
        mode=state[Key.SITE_MODE] or None,
        minutes=None if minutes is None else float(minutes),
        budget_yuan=float(state[Key.SITE_BUDGET]) * WAN,
        share=float(state[Key.SITE_SHARE]) / 100,
        centres=int(state[Key.SITE_CENTRES]),
        is_aside=bool(state[Key.SITE_ASIDE]),
        base="today" if state[Key.SITE_FROM_TODAY] else "committed",
        build_yuan=None if cost is None else float(cost) * WAN,
        is_assumed=bool(state[Key.SITE_ASSUMED]),
    )
    return siting_of(opened()[0].siting, chosen)


def opened() -> tuple[Study, Dataset]:
    """Return the open study and its dataset, read once for all sessions."""

    def read(progress: Any) -> tuple[Study, Dataset]:
        progress(msgid("Reading the study"), 0, 0)
        study = with_side_files(read_study(path))
        cache = data_folder() / "cache"
        return study, load_dataset(study, cache_dir=cache, progress=progress)

    path = study_path()
    return cast("tuple[Study, Dataset]", _ready("opened", _study_key(), read))


def current() -> Assessment:
    """Return the assessment of the open study with the session's settings and siting question.

    A question that cannot be asked leaves the study's own answer; `siting_refused` says why.
    """
    base, siting = ground(), asked_siting()
    if siting == base.study.siting:
        return base
    found = _sited(base, siting)
    return base if isinstance(found, PlannerError) else found


def siting_refused() -> tuple[Finding, ...]:
    """Return why the siting question of the session cannot be asked; nothing where it can."""
    base, siting = ground(), asked_siting()
    found = None if siting == base.study.siting else _sited(base, siting)
    return found.findings if isinstance(found, PlannerError) else ()


def _sited(base: Assessment, siting: SitingTable) -> Assessment | PlannerError:
    """Return the assessment with another siting question, or what is wrong with the question."""

    def make(progress: Any) -> Assessment | PlannerError:
        try:
            return with_siting(base, siting, progress=progress)
        except PlannerError as error:
            return error

    key = (*_study_key(), settings(), siting)
    return cast("Assessment | PlannerError", _ready("sited", key, make))


def ground() -> Assessment:
    """Return the assessment of the open study with its own siting question."""
    study, dataset = opened()
    changed = with_settings(study, settings())

    def make(progress: Any) -> Assessment:
        return assess(dataset, changed, scenario=scenario_of(changed), progress=progress)

    return cast("Assessment", _ready("assessed", (*_study_key(), settings()), make))


def standards() -> StandardsResult:
    """Return every standard judged on the present state."""
    assessment = current()
    known = getattr(assessment, "standards", None)
    if known is not None:
        return cast("StandardsResult", known)

    def make(progress: Any) -> StandardsResult:
        return standards_of(assessment, progress=progress)

    return cast("StandardsResult", _ready("standards", (*_study_key(), settings()), make))


def result() -> Result:
    """Return the result that reports and files are made from."""
    return result_of(current(), standards=standards())


def outcome(edits: tuple[Edit, ...] | None = None) -> Outcome:
    """Return what edits give, by default those of the session."""
    assessment = current()
    chosen = st.session_state[Key.EDITS] if edits is None else edits
    base, previous = st.session_state.get(Key.OUTCOME, (None, None))
    if base is not assessment:
        previous = None
    key = (*_study_key(), settings(), chosen)

    def make(progress: Any) -> Outcome:
        return apply_edits(assessment, chosen, previous=previous, progress=progress)

    found = cast(
        "Outcome",
        _ready("outcome", key, make),
    )
    if edits is None:
        st.session_state[Key.OUTCOME] = assessment, found
    return found


def early_click() -> tuple[float, float] | None:
    """Return (lon, lat) of a click that started this run, before its map is drawn again.

    The map component keeps its answer in the session under a name of its own; reading it there
    spares a second run of the page.
    """
    for value in list(st.session_state.values()):
        click = value.get("last_clicked") if isinstance(value, dict) else None
        if click and click != st.session_state.get(Key.CLICK):
            st.session_state[Key.CLICK] = click
            return float(click["lng"]), float(click["lat"])
    return None


def edit(step: Edit) -> None:
    """Add a step to the scenario of this session."""
    st.session_state[Key.EDITS] = (*st.session_state[Key.EDITS], step)
    st.session_state[Key.REDO] = ()


def set_edits(steps: tuple[Edit, ...]) -> None:
    """Replace the scenario of this session, as when a saved one is opened."""
    st.session_state[Key.EDITS], st.session_state[Key.REDO] = steps, ()


def clear_edits() -> None:
    """Take all steps back; redoing brings them again one by one."""
    while st.session_state[Key.EDITS]:
        undo()


def undo() -> None:
    """Take the last step back."""
    steps = st.session_state[Key.EDITS]
    if steps:
        st.session_state[Key.EDITS] = steps[:-1]
        st.session_state[Key.REDO] = (*st.session_state[Key.REDO], steps[-1])


def redo() -> None:
    """Take the step that was undone last again."""
    undone = st.session_state[Key.REDO]
    if undone:
        st.session_state[Key.EDITS] = (*st.session_state[Key.EDITS], undone[-1])
        st.session_state[Key.REDO] = undone[:-1]


def link_parameters() -> dict[str, str]:
    """Return the parameters of a link that opens the same view: settings and scenario."""
    state = st.session_state
    found = {
        "lang": language(),
        "mode": state[Key.MODE],
        "minutes": link_number(state[Key.MINUTES]),
        "lower": link_number(state[Key.LOWER]),
        "upper": link_number(state[Key.UPPER]),
        "edits": edits_text(state[Key.EDITS]),
    }
    return {name: value for name, value in found.items() if value}


def encoded_map() -> EncodedMap:
    """Return the map of the present assessment, encoded once for all sessions."""
    return _encoded(current(), asked_siting())


def bare_map() -> EncodedMap:
    """Return the map without proposed sites: what is proposed is laid over it."""
    found = _encoded(ground(), opened()[0].siting)
    layers = [entry for entry in found.document["layers"] if entry["id"] not in SITE_LAYERS]
    return replace(found, document={**found.document, "layers": layers})


def _encoded(assessment: Assessment, siting: SitingTable) -> EncodedMap:
    said = language()
    key = (*_study_key(), settings(), siting, said)
    return cast(
        "EncodedMap",
        _ready("encoded", key, lambda _: encode_map(assessment_map(assessment, said))),
    )


def made(kind: str, key: Hashable, make: Make) -> Any:
    """Return what a page needs computed beside the assessment, once for all sessions."""
    return _ready(kind, (*_study_key(), settings(), asked_siting(), key), make)


def data_folder() -> Path:
    """Return where uploads and the list of recent studies are kept, outside the program."""
    chosen = os.environ.get("SERVICECIRCLE_DATA")
    folder = Path(chosen) if chosen else Path.home() / ".servicecircle"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir()) / "servicecircle"
    return folder


def own_folder() -> Path:
    """Return where the uploads and recent studies of this person are kept.

    Where a login is configured nobody sees those of others; without one there is nobody to tell
    apart.
    """
    known = st.user.to_dict()
    if not known.get("is_logged_in"):
        return data_folder()
    who = "\n".join(str(known.get(name) or "") for name in ("iss", "sub", "email"))
    return data_folder() / "people" / hashlib.sha256(who.encode()).hexdigest()[:32]


def map_download() -> bytes:
    """Return the offline map of the present assessment."""
    return map_html(current(), language()).encode()


@st.cache_resource(show_spinner=False)
def _store() -> JobStore:
    store = JobStore()
    threading.Thread(target=_sweep, args=(store,), daemon=True).start()
    return store


def _sweep(store: JobStore) -> None:
    """Free what no open session has asked for lately, for as long as the server runs."""
    while True:
        time.sleep(SWEEP_SECONDS)
        store.sweep(is_open)


@st.cache_resource(show_spinner=False, max_entries=64)
def _files_of(path: Path, changed: Stamp) -> tuple[Path, ...]:  # noqa: ARG001 - part of the key
    """Return every file that a study hangs on; read anew when the study file has changed."""
    try:
        return named_files(with_side_files(read_study(path)))
    except (PlannerError, OSError):
        return (path,)  # reading it anew says what is wrong


def _study_key() -> tuple[Path, Stamp]:
    """Return what the results of a study hang on: its file, and the state of all it names.

    A study that has gone leads to the start page.
    """
    path = study_path()
    if not path.is_file():
        _ = words()
        st.error(
            plain(
                _("The study `{name}` is no longer there. Open another one.").format(name=path.name)
            )
        )
        st.button(_("Open the built-in county"), on_click=open_study, args=(SAMPLE_STUDY,))
        st.stop()
    stamp = file_stamp(_files_of(path, file_stamp([path])))
    _store().forget_older(path, stamp)
    return path, stamp


def _ready(kind: str, key: tuple[Hashable, ...], make: Make) -> Any:
    """Return a result of the store; until it is there, the page shows how far the work has come."""
    while True:
        try:
            job = _store().job(kind, key, make, asker=session_id())
            if job.is_cancelled and st.session_state.pop(Key.IS_STOPPED, False):
                _stopped()  # the work itself ends at its next look, and nobody waits for it
            if not job.wait(PATIENCE_SECONDS.get(kind, 0.3)):
                _show_progress(job, kind)
            return job.result()
        except Cancelled:
            if st.session_state.pop(Key.IS_STOPPED, False):
                _stopped()
        except PlannerError as error:
            if kind == "outcome":
                _edit_faults(error)
            _faults(error)


def _show_progress(job: Job, kind: str) -> None:
    """Show stage and seconds until the job ends; leaving the page leaves it running."""
    _ = words()
    place = st.session_state.get(Key.PROGRESS) or st.empty()
    with place.status(_("Computing"), expanded=True) as status:
        # Streamlit keeps what a button is called with as long as the session lives: not the job,
        # whose result is large.
        of = weakref.ref(job)
        st.button(_("Stop"), on_click=_stop, args=(of, kind), key=f"stop-{id(job)}")
        bar = st.progress(0.0)
        while not job.wait(0.25):
            share = min(job.done / job.total, 1.0) if job.total else 0.0
            stage = _stage(job)
            seconds = int(time.monotonic() - job.started)
            status.update(label=f"{_('Computing')} · {stage} · {seconds} s", expanded=True)
            bar.progress(share)
    place.empty()


def _stage(job: Job) -> str:
    """Return what a job does, in words; of one that waits, how many are ahead of it."""
    _ = words()
    if job.stage == PROOFS_WAIT:
        return _("Waiting for other proofs: {count} ahead").format(count=job.total)
    if job.stage == WAITING:
        return _("Waiting for other work: {count} ahead").format(count=job.total)
    return _(job.stage) if job.stage else ""


def _stop(of: weakref.ref[Job], kind: str) -> None:
    job = of()
    if job is None:
        return
    job.cancel()
    if kind == "sited":  # back to the study's own question, which is answered already
        for key in SITING_KEYS:
            st.session_state.pop(key, None)
        st.session_state[Key.MESSAGE] = words()("Stopped. The study's own question stands again.")
        return
    st.session_state[Key.IS_STOPPED] = True


def _stopped() -> None:
    _ = words()
    st.info(_("Stopped. Nothing was changed."))
    st.button(_("Compute again"))
    st.stop()


def _faults(error: PlannerError) -> None:
    """Show what is wrong with the input, one sentence each, and a way on."""
    _ = words()
    for finding in error.findings[:20]:
        st.error(plain(finding_sentence(finding, _)))
    st.button(_("Open the built-in county"), on_click=open_study, args=(SAMPLE_STUDY,))
    st.stop()


def _edit_faults(error: PlannerError) -> None:
    """Show why the steps of the scenario cannot be taken, and the ways back."""
    _ = words()
    for finding in error.findings[:20]:
        st.error(finding_sentence(finding, _))
    st.button(_("Undo"), on_click=undo)
    st.button(_("Clear"), on_click=clear_edits)
    st.stop()


def _read_link(study: Study) -> dict[str, Any]:
    """Return what the address asks for; what cannot be read is left out and said."""
    link = parse_link(st.query_params.to_dict(), study.travel.modes)
    said = {
        Key.LANGUAGE: link.language,
        Key.MODE: link.mode,
        Key.MINUTES: link.minutes,
        Key.LOWER: link.lower,
        Key.UPPER: link.upper,
    }
    found: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    if link.refused:
        _ = words()
        told = _("The link says what cannot be taken, and it was left out: {names}")
        found[Key.MESSAGE] = told.format(names=", ".join(link.refused))
    try:
        edits = edits_from_text(link.edits)
        found[Key.EDITS] = named(edits, found.get(Key.LANGUAGE, language()))
    except PlannerError as error:
        found[Key.MESSAGE] = finding_sentence(error.findings[0], words())
    return found
