"""Circuits (巡回): who is visited, when, by whom, and how few team-days or minutes that takes."""

from planning.circuits.circuit_table import run_circuit_table
from planning.circuits.problem import CircuitPlan, CircuitProblem, Objective, Route, Unserved
from planning.circuits.solve import solve_circuits

__all__ = [
    "CircuitPlan",
    "CircuitProblem",
    "Objective",
    "Route",
    "Unserved",
    "run_circuit_table",
    "solve_circuits",
]
