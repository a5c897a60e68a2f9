"""Why a map file cannot become a pack, as sentences for people in English and Spanish."""

from __future__ import annotations

from typing import Final

__all__ = ["ImportFailedError"]

_TEXTS: Final = {
    "missing": ("There is no file {name}.", "No existe el archivo {name}."),
    "unreadable": ("{name} cannot be read: {why}.", "No se puede leer {name}: {why}."),
    "foreign": (
        "{name} is no map that can be imported. It takes OpenStreetMap extracts (.osm.pbf), vector "
        "tiles (.pmtiles, .mbtiles), GeoJSON and .npz.",
        "{name} no es un mapa que se pueda importar. Valen extractos de OpenStreetMap (.osm.pbf), "
        "teselas vectoriales (.pmtiles, .mbtiles), GeoJSON y .npz.",
    ),
    "xml": (
        "{name} is OpenStreetMap XML. Turn it into PBF first: osmium cat {name} -o map.osm.pbf",
        "{name} es XML de OpenStreetMap. Conviértalo antes a PBF: osmium cat {name} -o map.osm.pbf",
    ),
    "library": (
        "Importing {name} needs the library {why}, which is not installed. Install it while there "
        "is internet: pip install 'meshdefense[maps]'",
        "Para importar {name} hace falta la biblioteca {why}, que no está instalada. Instálela "
        "mientras haya internet: pip install 'meshdefense[maps]'",
    ),
    "damaged": (
        "{name} is damaged or was copied only in part ({why}). Copy or download it again.",
        "{name} está dañado o se copió solo en parte ({why}). Cópielo o descárguelo otra vez.",
    ),
    "empty": (
        "{name} has no streets. Nothing was imported.",
        "{name} no tiene calles. No se importó nada.",
    ),
    "outside": (
        "{name} has no streets inside these bounds. It covers {why} (south, west, north, east).",
        "{name} no tiene calles dentro de esos límites. Cubre {why} (sur, oeste, norte, este).",
    ),
    "large": (
        "{name} is too large: {why}. Import a part of it with --bounds, or a smaller file.",
        "{name} es demasiado grande: {why}. Importe una parte con --bounds, o un archivo menor.",
    ),
    "raster": (
        "{name} holds pictures, not streets. Take vector tiles (MVT).",
        "{name} contiene imágenes, no calles. Use teselas vectoriales (MVT).",
    ),
    "compressed": (
        "{name} is compressed in a way that cannot be read here ({why}).",
        "{name} está comprimido de un modo que aquí no se puede leer ({why}).",
    ),
    "attribution": (
        "{name} does not say whom to credit. Say it, for example: "
        '--attribution "(c) OpenStreetMap contributors, ODbL 1.0"',
        "{name} no dice a quién citar. Indíquelo, por ejemplo: "
        '--attribution "(c) OpenStreetMap contributors, ODbL 1.0"',
    ),
    "degrees": (
        "{name} is not in degrees (WGS 84): it has a position {why}.",
        "{name} no está en grados (WGS 84): tiene una posición {why}.",
    ),
    "search": (
        "This Python's SQLite cannot search texts (FTS5). {name} cannot be imported here.",
        "El SQLite de este Python no busca textos (FTS5). Aquí no se puede importar {name}.",
    ),
}


class ImportFailedError(Exception):
    """Nothing was imported, and what was there before is still there.

    The text is a sentence for people, `spanish` the same in Spanish; `problem` is for programs.
    """

    def __init__(self, problem: str, name: str, why: str = "") -> None:
        english, spanish = (text.format(name=name, why=why) for text in _TEXTS[problem])
        super().__init__(english)
        self.spanish = spanish
        self.problem = problem
