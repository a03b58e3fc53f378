"""What each method is: name, formula, source, and how to read the figure."""

from __future__ import annotations

from dataclasses import dataclass

from planning.centres.catchments.floating import Method
from planning.words.wording import msgid


@dataclass(frozen=True, slots=True)
class MethodNote:
    """A method for the reader.

    Parameters
    ----------
    name, reading
        Message ids: the name, and one sentence on how to read the figure.
    formula
        Plain text; the same in every language.
    source
        Author, year and DOI.
    """

    name: str
    formula: str
    reading: str
    source: str


NOTES: dict[Method, MethodNote] = {
    Method.TWO_STEP: MethodNote(
        msgid("Two-step floating catchment (2SFCA)"),
        "R_j = S_j / Σ_{k: t_kj ≤ d} P_k;  A_i = Σ_{j: t_ij ≤ d} R_j",
        msgid("Supply per person: every facility within the limit counts in full."),
        "Luo and Wang 2003, doi:10.1068/b29120",
    ),
    Method.ENHANCED: MethodNote(
        msgid("Enhanced two-step floating catchment (E2SFCA)"),
        "R_j = S_j / Σ_k P_k w_kj;  A_i = Σ_j R_j w_ij;  w by zones of a third of the limit",
        msgid("Supply per person: nearer zones count more."),
        "Luo and Qi 2009, doi:10.1016/j.healthplace.2009.06.002",
    ),
    Method.GAUSSIAN: MethodNote(
        msgid("Gaussian two-step floating catchment"),
        "As E2SFCA with w = (e^{-½(t/d)²} - e^{-½}) / (1 - e^{-½}) for t ≤ d",
        msgid("Supply per person: the pull fades smoothly to 0 at the limit."),
        "Dai 2010, doi:10.1016/j.healthplace.2010.06.012",
    ),
    Method.KERNEL: MethodNote(
        msgid("Kernel density two-step floating catchment (KD2SFCA)"),
        "As E2SFCA with w = ¾ (1 - (t/d)²) for t ≤ d",
        msgid("Supply per person: the pull fades slowly at first, then fast."),
        "Dai and Wang 2011, doi:10.1068/b36149",
    ),
    Method.THREE_STEP: MethodNote(
        msgid("Three-step floating catchment (3SFCA)"),
        "G_ij = w_ij / Σ_l w_il;  R_j = S_j / Σ_k G_kj P_k w_kj;  A_i = Σ_j G_ij R_j w_ij",
        msgid("Supply per person: people spread over the facilities they can choose from."),
        "Wan, Zou and Sternberg 2012, doi:10.1080/13658816.2011.624987",
    ),
    Method.MODIFIED: MethodNote(
        msgid("Modified two-step floating catchment (M2SFCA)"),
        "A_i = Σ_j S_j w_ij² / Σ_k P_k w_kj",
        msgid("Supply per person, less what is lost because facilities stand far from people."),
        "Delamater 2013, doi:10.1016/j.healthplace.2013.07.012",
    ),
    Method.BALANCED: MethodNote(
        msgid("Balanced floating catchment"),
        "L_j = S_j / Σ_i P_i w_ij/Σ_l w_il;  A_i = Σ_j L_j w_ij/Σ_k w_kj",
        msgid("Level of service: nobody is counted twice; the sum over places has no meaning."),
        "Paez, Higgins and Vivona 2019, doi:10.1371/journal.pone.0218773",
    ),
    Method.AVAILABILITY: MethodNote(
        msgid("Spatial availability"),
        "V_i = Σ_j S_j P_i w_ij / Σ_k P_k w_kj",
        msgid("Supply that falls to each place; the places add up to all supply in reach."),
        "Soukhov et al. 2023, doi:10.1371/journal.pone.0278468",
    ),
}

CROWDING_NOTE = MethodNote(
    msgid("Crowdedness of facilities (i2SFCA)"),
    "C_j = Σ_i w_ij P_i / Σ_l S_l w_il",
    msgid("People per unit of supply at each facility."),
    "Wang 2018; derivation doi:10.1080/13658816.2020.1811868",
)

AGENTS_NOTE = MethodNote(
    msgid("Rational agents (RAAM)"),
    "Everybody takes min_l (d_l/s_l)/ρ + t_il/τ; in equilibrium all used facilities cost the same",
    msgid("Cost of the best choice: lower is better; 1 is the congestion of the mean load."),
    "Saxon and Snow 2020, doi:10.1080/24694452.2019.1629870",
)
