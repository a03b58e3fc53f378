"""The policy and the decisions: standards, coverage, ratios, siting; maps, exports and the command line."""
