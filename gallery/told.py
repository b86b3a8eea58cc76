"""What engines and workers say, in the language of who reads it.

They speak English: the engine knows no Django, and what a worker says of a job is stored, and read
by people of several languages. So a sentence is translated where it is shown. Those with values
in them are known by their shape: ``{name} is damaged or cut short: ...``. One that is not known
here stays English; tests/gallery/test_catalogues.py finds it.
"""

from __future__ import annotations

import functools
import re

from django.utils import translation
from django.utils.translation import gettext, gettext_noop, pgettext

# What is being done.
STAGES = (
    gettext_noop("Looking at photo and painting"),
    gettext_noop("Painting at {size} px"),
    gettext_noop("Opening the paint box"),
    gettext_noop("Painting: {style}"),
    gettext_noop("Mixing {number} of {total}"),
    gettext_noop("Looking at the photo"),
    gettext_noop("Painting part by part"),
    gettext_noop("Drying"),
    gettext_noop("Looking at the painting"),
    gettext_noop("Looking for the nearest style"),
    gettext_noop("Learning"),
    gettext_noop("{device} ran out of memory: going on in smaller parts"),
    gettext_noop("{device} ran out of memory: going on on the CPU"),
)
# What could not be had as it was meant to be.
NOTES = (
    gettext_noop("{device} ran out of memory: painted in smaller parts"),
    gettext_noop("{device} ran out of memory: painted on the CPU"),
)
# Why it cannot be done: of the engine. What is more particular comes first.
ENGINE = (
    gettext_noop("{name} is not a picture we can read: use {formats}"),
    gettext_noop("{name} is empty (0 bytes): choose another file"),
    gettext_noop(
        "{name} has {number} megapixels or more, at most {most} are accepted: make it smaller"
    ),
    gettext_noop("{name} is {width} x {height} pixels: use one of at least {least} on each side"),
    gettext_noop("{name} is {width} x {height} pixels, too long and thin: crop it first"),
    gettext_noop("{name} is damaged or cut short: save or copy it again"),
    gettext_noop(
        "mask {name}, {width} x {height} px, does not fit a photo of {photo_width} x "
        "{photo_height}: give it the photo's proportions"
    ),
    gettext_noop("mask {name} was not handed over: give the picture"),
    gettext_noop("{style} was not handed over: give the picture of the painting"),
    gettext_noop("the checkpoint is of another picture: start this one anew"),
    gettext_noop("the checkpoint cannot be read: start the picture anew"),
    gettext_noop("weights {path} cannot be read: restore the file"),
    gettext_noop(
        "perceptual network 'vgg19' is not here ({path}): fetch it with `python manage.py "
        "fetch_weights vgg19`"
    ),
    gettext_noop("nothing stands out in this box: draw another, or use the brush"),
    gettext_noop("box {box} is not on the photo: use fractions from 0 to 1"),
    gettext_noop("box {box} is too small: draw it around a subject"),
    gettext_noop("count {count} is out of range: use {low} to {high}"),
    gettext_noop("no style: name at least one"),
    gettext_noop("weight {weight} of style '{style}' is out of range: use 0 < weight <= 100"),
    gettext_noop("size {size} is out of range: use {low} to {high} px"),
    gettext_noop("strength {strength} is out of range: use 0 to 1"),
    gettext_noop("mask for '{style}', which is not among the styles: add it there"),
    gettext_noop("two masks for '{style}': paint them into one"),
    gettext_noop("recipe version {version} is unknown: this program reads {known}"),
    gettext_noop("recipe cannot be read: {reason}"),
    gettext_noop("engine '{engine}' has no parameter '{name}': it has {known}"),
    gettext_noop("unknown engine '{name}': choose from {known}"),
    gettext_noop("the region is {share} of the painting: paint one of {least} or more"),
    gettext_noop(
        "style '{style}' has statistics for our own network only: with {network}, give the "
        "painting itself"
    ),
    gettext_noop(
        "style '{style}' has statistics of another perceptual network: recompute them with "
        "`python manage.py style_statistics --paintings FOLDER`"
    ),
    gettext_noop(
        "The file has {size} MB, a style has less than {most}: choose the .safetensors file of "
        "a style"
    ),
    gettext_noop("The file is not a safetensors file: choose one that was exported as a style"),
    gettext_noop("The file is no style of StyleBank: choose one that was exported as a style"),
    gettext_noop("The file is damaged or cut short: export or copy it again"),
    gettext_noop(
        "The style was taught with another version of this program's auto-encoder: teach it "
        "anew here"
    ),
    gettext_noop("The style in the file has no title: export it again with one"),
    gettext_noop(
        "The file's title and artist may have {most} printable letters each: export it again "
        "with shorter ones"
    ),
    gettext_noop("The file's year is none: export it again with another"),
    gettext_noop(
        "The file's tensors are not those of a style ('{name}'): choose one that was exported "
        "as a style"
    ),
    gettext_noop(
        "The file's tensor '{name}' is {found}, a style's is {wanted}: choose one that was "
        "exported as a style"
    ),
    gettext_noop("The file's tensor '{name}' holds numbers that are none: teach the style anew"),
    gettext_noop("The style has no title: give it one"),
    gettext_noop("No painting to learn from: give one"),
    gettext_noop("The checkpoint of the lesson cannot be read: begin anew"),
    gettext_noop("'{name}' is no name of a taught style: use a-z, 0-9 and hyphens"),
    gettext_noop("style '{style}' is not here any more: choose another"),
    gettext_noop("unknown style '{style}': choose from {known}"),
    gettext_noop("{name} '{value}' is unknown: use {known}"),
    gettext_noop("{name} {value} cannot be used: give {wanted}"),
    gettext_noop("{name} {value} is out of range: use {low} to {high}"),
)
# And of the workers, and of what they share with the pages.
WORKERS = (
    gettext_noop("Something went wrong while painting. Try again, or choose another style."),
    gettext_noop("There is not enough memory for this size. Choose a smaller one."),
    gettext_noop("Something went wrong while the style was being learned. Try again."),
    gettext_noop("There is not enough memory for this. Choose fewer or smaller paintings."),
    gettext_noop("The work stopped {times} times without a word. Try again."),
    gettext_noop("Our storage is full or does not answer just now. Try again later."),
    gettext_noop("The mask of '{style}' is gone: paint the region again."),
    gettext_noop("The painting '{title}' is gone or no longer shared: choose another."),
    gettext_noop("The style '{title}' is gone or no longer shared: choose another."),
    gettext_noop("A style is gone or no longer shared: choose another."),
    gettext_noop("The file of the style '{title}' is lost: teach it anew."),
    gettext_noop("The region is less than {least} of the painting: paint more of it white."),
    gettext_noop("{name} takes too much time or memory to open: make it smaller"),
    gettext_noop("The message is no text, or too long: send at most {most} letters."),
    gettext_noop("The message cannot be read: send a JSON object with a number n."),
    gettext_noop("size {size} cannot be had: use {sizes}."),
    gettext_noop("styles cannot be read: send pairs of a style and its weight."),
    gettext_noop("{number} styles are too many: mix at most {most}."),
    gettext_noop("The photo is deleted: choose another."),
    gettext_noop("The painters do not answer just now. Try again in a moment."),
    gettext_noop("Too many people are mixing just now: try again in a moment."),
    gettext_noop("Something went wrong while mixing. Try again."),
    gettext_noop("kind '{kind}' cannot be proposed: use subject or superpixels"),
    gettext_noop("box '{box}' cannot be read: write it as in 0.25,0.25,0.5,0.5"),
    gettext_noop("count '{count}' is no whole number: write it as in 200"),
    gettext_noop("Teaching"),
)
VALUE = re.compile(r"\{(\w+)\}")


def told(said: object) -> str:
    """A sentence of an engine or a worker, or an error that has one, for this visitor. What is
    none of theirs is left as it is."""
    text = str(said)
    if not text or translation.get_language() in (None, "en"):
        return text
    if (whole := gettext(text)) != text:
        return whole
    for template, shape in shapes():
        if found := shape.fullmatch(text):
            values = {name: pgettext("style", value) for name, value in found.groupdict().items()}
            return gettext(template).format(**values)
    return text


@functools.cache
def shapes() -> list[tuple[str, re.Pattern[str]]]:
    """The sentences that have values, each with what finds them."""
    with_values = [text for text in (*STAGES, *NOTES, *ENGINE, *WORKERS) if VALUE.search(text)]
    return [(text, shape(text)) for text in with_values]


def shape(template: str) -> re.Pattern[str]:
    parts = VALUE.split(template)  # text and names by turns
    patterns = [f"(?P<{part}>.+?)" if n % 2 else re.escape(part) for n, part in enumerate(parts)]
    return re.compile("".join(patterns), re.DOTALL)
