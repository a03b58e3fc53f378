"""The policy and the decisions: standards, coverage, ratios, siting; maps, exports, cli."""
