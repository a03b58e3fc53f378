"""People from rasters, tables and layers, before they are weighed and placed."""
