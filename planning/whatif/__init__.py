"""What-if: edits, their outcome, saved scenarios and their comparison."""
