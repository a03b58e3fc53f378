"""What the world gives us: study file, readers, stores, the built-in county."""

from data.gdal import restrict_gdal

restrict_gdal()  # before rasterio or pyogrio is imported by whoever imports us
