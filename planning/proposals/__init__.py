"""Proposed sites: from the study's question to the plan with its proof, reasons and doubts."""

from planning.proposals.answer import (
    Centre,
    PeopleCounted,
    PlanChoice,
    Proposal,
    propose,
)
from planning.proposals.candidates import CandidateSites
from planning.proposals.reasons import ClosingLoss, NotChosen, ProposedSite, Target

__all__ = [
    "CandidateSites",
    "Centre",
    "ClosingLoss",
    "NotChosen",
    "PeopleCounted",
    "PlanChoice",
    "Proposal",
    "ProposedSite",
    "Target",
    "propose",
]
