"""Mixtures of styles: as a link to be sent to a friend, and as a still."""

import asyncio
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Router

from gallery import files, mixing, models
from gallery.api.auth import Anybody, Token, caller, scope
from gallery.api.errors import FieldsError
from gallery.api.schemas import BODY, Mix, MixIn, StillIn, picture
from gallery.api.scopes import PAINT, READ
from gallery.connections import briefly
from gallery.mix_query import Mix as MixRow
from gallery.named import find_learned
from gallery.owners import Owner
from gallery.refusals import RefusedError
from gallery.told import told
from webstyle.engine.events import EngineError

router = Router()
PATIENCE = 10  # seconds until a wish that nobody answers is sent again


def refs(given: MixIn, owner: Owner) -> list[tuple[str, float]]:
    """The styles as recipes call them. Raises FieldsError."""
    found = [(find_learned(owner, each.style), each) for each in given.styles]
    if missing := [each.style for style, each in found if style is None]:
        said = _("'%(style)s' is no style that can be mixed: choose one of the shelf.")
        raise FieldsError({"styles": [said % {"style": name} for name in missing]})
    return [(style.ref, each.weight) for style, each in found if style is not None]


@router.post("", response={200: Mix, **BODY}, auth=[Token(READ), Anybody()])
def mix_link(request: HttpRequest, given: MixIn) -> dict[str, Any]:
    """An address that holds a mixture. Nothing is kept of it here."""
    styles = tuple((ref, round(100 * w)) for ref, w in refs(given, caller(request).owner))
    mix = MixRow(styles, round(100 * given.strength), given.keep_color, given.size)
    address = reverse("mix_start") + f"?{mix.to_query()}"
    return {"query": mix.to_query(), "url": request.build_absolute_uri(address)}


@router.post("/still", response=BODY, auth=scope(PAINT, "paint"), openapi_extra=picture("jpeg"))
async def mix_still(request: HttpRequest, given: StillIn) -> HttpResponse:
    """The mixture on a photo of yours, at once: what a slider shows. It is not kept."""
    wish = await briefly(wish_of)(request, given)
    answer = await ask(wish)
    if "error" in answer:
        raise EngineError(told(answer["error"]))
    return HttpResponse(answer["image"], content_type="image/jpeg")


def wish_of(request: HttpRequest, given: StillIn) -> dict[str, Any]:
    photo = files.own(request, models.Photo, UUID(str(given.photo)))
    asked = {"styles": refs(given, photo.owned_by), "size": given.size}
    recipe = mixing.recipe_of(asked | {"strength": given.strength, "keep_color": given.keep_color})
    return {"type": "mix.wish", "photo": str(photo.pk), "n": 0, "recipe": recipe.to_json()}


async def ask(wish: dict[str, Any]) -> dict[str, Any]:
    """The answer of a worker; a message may get lost, so it is asked twice. Raises RefusedError."""
    layer = get_channel_layer()
    assert layer is not None
    channel = await layer.new_channel()
    for __ in range(2):
        try:
            await layer.send(mixing.WISHES, wish | {"page": channel})
            answer: dict[str, Any] = await asyncio.wait_for(layer.receive(channel), PATIENCE)
        except TimeoutError:
            continue
        except Exception:  # the layer is full, or away
            break
        return answer
    raise RefusedError(_("The painters do not answer just now. Try again in a moment."), PATIENCE)
