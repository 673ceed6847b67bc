"""Hold the notes of the sample notebook that `seed` writes."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE_BREAK_IN_PARAGRAPH = re.compile(r"(?<=\S)\n(?=[A-Za-z*])")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A note, seen *days_ago*; *picture* names a file in `sample_pictures`."""

    title: str
    place: str
    days_ago: int
    tags: tuple[str, ...]
    body: str
    picture: str | None = None
    picture_alt: str = ""

    @property
    def text(self) -> str:
        """The body with each paragraph on one line, as people type it into a browser."""
        return _LINE_BREAK_IN_PARAGRAPH.sub(" ", self.body)


SAMPLES = (
    Sample(
        title="First wheatear on the old sea wall",
        place="Salt marsh, east bank",
        days_ago=131,
        tags=("birds", "migration", "coast"),
        body="""A male, upright on the third post, white rump like a torn scrap of paper when it
flew. Wind north-east, *bitterly* cold; no other passerine moved.

It caught two beetles in ten minutes, both from the sheltered side of the wall.""",
    ),
    Sample(
        title="Fern crosiers unrolling",
        place="North side of the ravine",
        days_ago=118,
        tags=("plants", "ferns", "spring"),
        picture="fern.webp",
        picture_alt="A single fern frond, half unrolled, on cream paper",
        body="""Lady fern and male fern side by side, a hand high. The scales at the base tell them
apart at this stage:

| | Lady fern | Male fern |
|---|---|---|
| Scales | dark, narrow | pale, broad |
| Stalk | often reddish | green |
| Frond | hangs softly | stands stiff |

The crosiers gain about **two centimetres a day** in the shade, barely one in the sun.""",
    ),
    Sample(
        title="Toad crossing, 21:30 to 23:00",
        place="Mill lane",
        days_ago=109,
        tags=("amphibians", "night", "count"),
        body="""Seven degrees, light rain. Carried across:

1. 41 common toads, 9 of them pairs
2. 6 smooth newts
3. 1 common frog, indignant

Four did not make it. The lane needs a sign **before** March next year.""",
    ),
    Sample(
        title="Dawn chorus, in order of appearance",
        place="Garden, back step",
        days_ago=84,
        tags=("birds", "sound", "count"),
        body="""- 03:52 robin
- 03:58 blackbird
- 04:10 song thrush, from the ash as always
- 04:21 wren, absurdly loud
- 04:40 chiffchaff
- 04:55 the neighbour's tap

> The wren weighs as much as a one pound coin and sings with all of it.""",
    ),
    Sample(
        title="Swifts back over the church tower",
        place="Market square",
        days_ago=77,
        tags=("birds", "migration"),
        body="""Eleven at noon, screaming, then nineteen by six. Last year the first came four days
later. They drank from the mill pond in passing, mouths open, without slowing down.""",
    ),
    Sample(
        title="Marbled white on field scabious",
        place="Chalk bank above the quarry",
        days_ago=49,
        tags=("insects", "butterflies", "chalk"),
        body="""Thirty or more in one turn of the bank. They settle with wings open until about ten
and shut them as it grows hot.

Keep: scabious before *mowing*. Ask the parish to wait until August.""",
    ),
    Sample(
        title="Moths at the sheet, new moon",
        place="Oak wood, lower ride",
        days_ago=38,
        tags=("insects", "moths", "night", "count"),
        picture="moth.webp",
        picture_alt="A large moth with spread, patterned wings on a dark ground",
        body="""Warm and still, cloud from ten. Lamp on from 22:15 to 01:00.

- Emperor-like female on the **left** edge of the sheet, wings flat, for an hour
- Elephant hawk-moth, 3
- Buff-tip, 7 — the *snapped twig* trick works even when you know it
- Black arches, 2

Switched off early so that they could get on with their night.""",
    ),
    Sample(
        title="Low water in the brook",
        place="Below the second bridge",
        days_ago=30,
        tags=("water", "weather"),
        body="""Gauge stone dry for the first time since I started writing. The pools below the
roots hold all the trout now, and the kingfisher knows it.""",
    ),
    Sample(
        title="Heron at first light",
        place="Reed lake, from the hide",
        days_ago=21,
        tags=("birds", "water"),
        picture="heron.webp",
        picture_alt="A heron standing in a misty lake before rows of hills at sunrise",
        body="""It stood for **forty-one minutes** before it struck, and then swallowed a roach as
long as its own neck.

## What moved meanwhile

Two coots, a water rail (heard only), mist. The reeds turned from grey to green at about half past
five, quite suddenly, as if somebody had found the switch.

## For next time

Bring the other gloves. Come before five.""",
    ),
    Sample(
        title="Larches at the tree line",
        place="Upper hut, 1,860 m",
        days_ago=13,
        tags=("trees", "mountains", "weather"),
        picture="larches.webp",
        picture_alt="Yellow larches in front of snowy peaks",
        body="""Needles just turning on the shaded side. Counted rings on the fallen one by the
spring: **214**, and the middle was gone.

Nutcrackers all morning. They bury far more cones than they ever find again, which is why there
are larches and stone pines up here at all.""",
    ),
    Sample(
        title="Fly agarics under the birches",
        place="Heath edge",
        days_ago=5,
        tags=("fungi", "autumn", "trees"),
        picture="agarics.webp",
        picture_alt="Three red toadstools with white spots in a dim wood",
        body="""Three in a row after the rain, the largest as wide as my hand. The white flecks are
what is left of the veil; rain washes them off, and then people think it is something else.

Always with birch here, never with the pines ten metres on.""",
    ),
    Sample(
        title="Winter wren moves in",
        place="Wood pile",
        days_ago=1,
        tags=("birds", "garden", "autumn"),
        body="""It has inspected every gap between the logs and come out of each one *annoyed*.
Leave the pile alone until March.

- tell the family
- find other firewood""",
    ),
)
