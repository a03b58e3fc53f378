"""Is each centre the right size: service people, ratios, loads, capacity, catchments."""

from planning.centres.centres import Centres, counted_centres
from planning.centres.norms import RatioBounds
from planning.centres.service_ratio import Ratios, service_ratios
from planning.centres.urban_verdict import UrbanResult, UrbanVerdict, urban_verdicts

__all__ = [
    "Centres",
    "RatioBounds",
    "Ratios",
    "UrbanResult",
    "UrbanVerdict",
    "counted_centres",
    "service_ratios",
    "urban_verdicts",
]
