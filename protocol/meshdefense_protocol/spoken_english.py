"""The English words of spoken.py: the place of a word in the list is the byte that it says.

Everyday things, 4 to 9 letters; no person's name and nothing that alarms. No two words begin
with the same four letters, and none is one edit from another, neither as written nor as heard.
The list never changes: another list would be another code.
"""

from __future__ import annotations

from typing import Final

__all__ = ["WORDS"]

WORDS: Final = tuple(
    """
    acorn almond anchor apron arch avocado bagel bakery balcony bamboo banjo barley barn basket
    bedroom bench bicycle biscuit blanket blossom bonnet book bottle bracket branch bread broom
    brush bubble bucket button cabbage cabin cactus cake candle canoe canvas canyon carpet
    carrot castle ceiling cereal chalk cheese chimney cinema circle citrus clarinet clock coffee
    collar comet compass copper couch crayon cucumber cupboard curtain cushion dairy dance desk
    dinner dolphin doorbell dough dragon drawer drum duck echo elbow envelope fabric falcon farm
    feather festival field finger flute fridge galaxy gallery garden garlic gate gazebo giraffe
    glacier glass globe goldfish goose grape gravel guitar hammock harp harvest hazelnut hotel
    igloo island jacket jelly journal kayak kettle keyboard kitchen kite lamp lantern laundry
    lemon letter library linen lizard lobster lotus lunch magnet marble market mattress meadow
    mirror mitten moon mosaic mountain muffin museum mushroom music napkin necklace nest noodle
    notebook nutmeg oatmeal octopus office onion orange orchard ostrich otter oyster paddle
    palace pancake paper parsley pasta peach peanut pebble pelican pencil penguin piano pickle
    pigeon pillow pineapple planet plate pocket popcorn potato prairie pudding pumpkin puppet
    puzzle pyramid quilt rabbit radish rainbow raisin recipe ribbon roof rooster salad salmon
    sandal saucer saxophone scarf scissors shelf shoe silk silver skate sleeve slipper snail
    soap sofa spinach spoon squirrel stamp statue stove straw sugar suitcase swan sweater table
    teapot telescope tennis thimble thumb ticket tiger timber toast tomato tortoise towel
    tractor tray triangle tulip tunnel turtle ukulele umbrella valley vanilla velvet village
    vinegar violin waffle wagon walnut walrus whale wheat window zebra
    """.split()
)
