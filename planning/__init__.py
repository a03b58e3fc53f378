"""The policy and the decisions: standards, coverage, ratios, siting; maps, exports, cli."""

import data  # noqa: F401 - it restricts GDAL before a caller's own rasterio or pyogrio is imported
