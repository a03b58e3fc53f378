"""Maximal cover: most people with a number of new sites."""

from __future__ import annotations

import numpy as np

from planning.solver.cover.model import prepare_cover
from planning.solver.cover.proof import best_choice
from planning.solver.plan import Answer, NoAnswer, Task, people_served, step_of


def maximal_cover(task: Task) -> Answer | NoAnswer:
    """Choose the new sites that cover most people (Church and ReVelle 1974)."""
    people = task.problem.people
    cover = prepare_cover(task.reach, people, task.rules, task.left)
    step = step_of(people)
    proof, method = best_choice(cover.core, step, task.clock)
    if not np.isfinite(proof.choice.worth):
        return NoAnswer(method, proof.is_infeasible)
    new_sites = task.with_required(np.flatnonzero(proof.choice.units))
    assignment, _ = task.assign(new_sites)
    objective = people_served(people, assignment)
    return Answer(new_sites, objective, cover.base + proof.bound, method, assignment, step)
