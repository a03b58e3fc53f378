"""What a project changes, as figures."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from planning.programme.projects import ProjectEffect
from planning.words.figure import Base, Figure


class EffectFigures(NamedTuple):
    """People who gain and who lose the circle, after all earlier projects."""

    gaining: Figure
    losing: Figure


def effect_figures(effect: ProjectEffect, base: Base) -> EffectFigures:
    """Return the figures of one project.

    Parameters
    ----------
    base
        That of the study's coverage in the mode of the analysis.
    """
    own, name = replace(base, place=project_place(effect)), effect.project.name
    return EffectFigures(
        gaining=Figure("project_people_gaining", own, effect.gaining_after, place_name=name),
        losing=Figure("project_people_losing", own, effect.losing_after, place_name=name),
    )


def project_place(effect: ProjectEffect) -> str:
    """Return the place of a project's figures."""
    return f"project:{effect.project.project_id}"
