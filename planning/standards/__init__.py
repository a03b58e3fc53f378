"""The standards as written: presets, ratio bounds and thresholds."""
