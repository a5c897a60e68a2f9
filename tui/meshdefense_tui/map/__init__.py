"""The map: projection, raster and glyphs."""
