"""Street packs: a town's streets, areas and names in one file, for screens without internet.

Public: `streets` (what is drawn), `pack` (a pack that is open), `words` (a corner as a sentence),
`importing` (packs made from OpenStreetMap files). See docs/maps.md.
"""
