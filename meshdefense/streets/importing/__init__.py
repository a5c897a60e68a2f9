"""Packs made from map files: OSM PBF, vector tiles (PMTiles, MBTiles), GeoJSON, NumPy arrays.

`importer.import_file` is the way in. Nothing else of the program imports this package, and the
libraries that read a format (the extra `maps`) are imported only when a file of it is read.
"""
