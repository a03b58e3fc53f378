"""The pages of a report and the charts and small maps on them."""
