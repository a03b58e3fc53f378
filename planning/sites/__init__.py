"""Proposed sites: from the study's question to the plan with its proof, reasons and doubts."""

from planning.sites.answer import (
    Centre,
    PeopleCounted,
    PlanChoice,
    Proposal,
    propose,
    unanswered,
)
from planning.sites.candidates import CandidateSites
from planning.sites.reasons import ClosingLoss, NotChosen, ProposedSite, Target

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
    "unanswered",
]
