"""Proposed sites: from the study's question to the plan with its proof, reasons and robustness."""

from planning.sites.answer import propose, unanswered
from planning.sites.candidates import CandidateSites
from planning.sites.proof import Proof, proof_sentence
from planning.sites.proposal import (
    Alternatives,
    Centre,
    ClosingLoss,
    NewService,
    NotChosen,
    PeopleCounted,
    PlanChoice,
    Proposal,
    ProposedSite,
    StateCounts,
    Target,
    Terms,
)

__all__ = [
    "Alternatives",
    "CandidateSites",
    "Centre",
    "ClosingLoss",
    "NewService",
    "NotChosen",
    "PeopleCounted",
    "PlanChoice",
    "Proof",
    "Proposal",
    "ProposedSite",
    "StateCounts",
    "Target",
    "Terms",
    "proof_sentence",
    "propose",
    "unanswered",
]
