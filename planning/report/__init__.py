"""The result for people: lines for terminal and pages, printed reports for officials."""

from planning.report.lines import (
    SITE_NOTE,
    bounds_text,
    coverage_lines,
    finding_lines,
    gap_lines,
    ledger_lines,
    padded,
    ratio_lines,
    result_lines,
    sensitivity_lines,
    site_lines,
)

__all__ = [
    "SITE_NOTE",
    "bounds_text",
    "coverage_lines",
    "finding_lines",
    "gap_lines",
    "ledger_lines",
    "padded",
    "ratio_lines",
    "result_lines",
    "sensitivity_lines",
    "site_lines",
]
