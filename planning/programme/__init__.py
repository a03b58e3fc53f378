"""What is decided, when, for how much: the projects in order, and what each of them changes."""

from planning.programme.effect_figures import EffectFigures, effect_figures
from planning.programme.projects import (
    Programme,
    Project,
    ProjectEffect,
    projects_of,
    run_programme,
)

__all__ = [
    "EffectFigures",
    "Programme",
    "Project",
    "ProjectEffect",
    "effect_figures",
    "projects_of",
    "run_programme",
]
