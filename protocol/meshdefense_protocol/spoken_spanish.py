"""The Spanish words of spoken.py: the place of a word in the list is the byte that it says.

Everyday things, 4 to 9 letters; no person's name and nothing that alarms. No two words begin
with the same four letters, and none is one edit from another, neither as written nor as heard.
Written with accents, compared without. The list never changes: another list would be another code.
"""

from __future__ import annotations

from typing import Final

__all__ = ["WORDS"]

WORDS: Final = tuple(
    """
    abanico abeja abrigo aceite acordeón agua ajedrez alfombra algodón almendra almohada anillo
    antena árbol arcilla arena armario arpa arroz ascensor asiento atún avión azúcar azulejo
    bahía balcón baldosa bambú banco bandeja bellota billete bosque botella botón brocha bronce
    bufanda buzón cactus café caja calabaza calcetín camisa campana canasta canción caracol
    carpeta cartón cascada castaña cebolla cedro cereza cesta cielo cigüeña circo cocina colchón
    cometa cortina cristal cuaderno cuchara cueva dado desierto diamante dominó ducha dulce
    elefante ensalada erizo escalera escoba escuela espejo esponja esquina estante estufa faro
    fideo flauta fruta fuente galaxia galleta garbanzo gaviota gelatina girasol globo gorra
    granja grillo guante guisante guitarra helado helecho hilo hoja hormiga hotel isla jabón
    jardín jarra jirafa joya juego lago lámpara lana lápiz lechuga lenteja letra libro lienzo
    limón linterna llave lluvia loro madera maíz maleta manga mantel manzana mapa mariposa
    mármol máscara melón mercado mermelada mesa miel mochila molino moneda montaña mosaico
    mueble muñeca museo música naranja nido niebla novela nube nuez oasis onda ópera orégano
    pájaro palacio palmera pantalla pañuelo papel paraguas parque pastel patata patio pecera
    peine pelícano pescado piano piedra pimienta pincel pintura piscina pizarra playa pluma
    poema postre pradera pulsera queso rábano receta reloj remo risa roble ropa rueda ruido
    sábana salmón sandalia seda semana semilla sendero silla sofá sombrero sótano sueño tabla
    tambor tarta taza teatro techo tejado teléfono tesoro tienda tigre tijera timbre tinta
    toalla tomate tomillo torre tortuga tostada tractor traje trébol trigo trineo trompeta
    tulipán turrón vainilla valle vaso vela velero ventana vestido viento violín yogur zanahoria
    zapato zumo
    """.split()
)
