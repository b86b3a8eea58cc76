"""Teaching: the pages on which a style is taught and looked at, and styles coming in as files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery import services, uploads
from gallery.browse.walls import PAGE
from gallery.errors import refuse, refuse_error, refuse_form, wants_json
from gallery.files import find, own
from gallery.forms import MINUTES, TeachForm, minutes_field
from gallery.limits.rates import limited
from gallery.models import Painting, Photo, TaughtStyle
from gallery.named import find_style
from gallery.owners import Owner, owner_of, visitor
from gallery.refusals import RefusedError
from gallery.told import told
from gallery.views import SHARED
from webstyle.engine.events import EngineError

MAX_PAINTINGS = 6  # of one hand
FACTS = {
    "minutes": gettext_lazy("Minutes"),
    "steps": gettext_lazy("Steps"),
    "style": gettext_lazy("Style loss"),
    "content": gettext_lazy("Content loss"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@limited("teach")
def teach(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return teach_page(request, TeachForm(), request.GET.getlist("painting"))
    form, files = TeachForm(request.POST), request.FILES.getlist("file")
    chosen = list(dict.fromkeys(request.POST.getlist("painting")))
    owner = visitor(request)
    known = [Painting.objects.named(owner, name) for name in chosen[:MAX_PAINTINGS]]
    paintings = [painting for painting in known if painting is not None]
    if not 1 <= len(chosen) + len(files) <= MAX_PAINTINGS:
        form.add_error(
            None, _("Choose one to %(most)d paintings of one hand.") % {"most": MAX_PAINTINGS}
        )
    if len(paintings) < len(chosen):
        form.add_error(None, _("There is no such painting, or it is not shared: choose another."))
    if form.is_valid():  # only then are the files kept
        for file in files:
            try:
                paintings.append(uploads.take_file(services.painting_add, request, file))
            except EngineError as error:
                form.add_error(None, told(error))
    if form.errors:
        if wants_json(request):
            return refuse_form(form)
        return teach_page(request, form, [str(item.pk) for item in paintings], status=400)
    try:
        owner = owner_of(request.user, request.session, create=True)
        style = services.style_teach(owner, paintings, **form.asked(paintings))
    except RefusedError as error:
        return refuse_error(request, error)
    return begun(request, style)


def teach_page(
    request: HttpRequest, form: TeachForm, chosen: list[str], *, status: int = 200
) -> HttpResponse:
    owner = visitor(request)
    mine = Painting.objects.of(owner)
    context = {
        "form": form,
        "paintings": mine,
        "shared_paintings": Painting.objects.shared(owner)[:SHARED],
        "chosen": chosen,
        "minutes_choices": MINUTES,
        "minutes": request.POST.get("minutes") or request.GET.get("minutes") or MINUTES[1],
        "max_paintings": MAX_PAINTINGS,
        "photo_count": Photo.objects.of(owner).count(),
    }
    return render(request, "teach.html", context, status=status)


def begun(request: HttpRequest, style: TaughtStyle) -> HttpResponse:
    """The answer to whoever asked for a new style."""
    if wants_json(request):
        return JsonResponse(style.snapshot(), status=201)
    return redirect(style)


@require_safe
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    style: TaughtStyle = find(request, TaughtStyle, pk)
    owner = visitor(request)
    is_owner = style.belongs_to(owner)
    paintings = style.paintings(owner)
    context = {
        "style": style,
        "is_owner": is_owner,
        "paintings": paintings,
        "photos": Photo.objects.of(owner)[:PAGE],
        "can_teach_on": is_owner and style.state == TaughtStyle.State.DONE and bool(paintings),
        "minutes_choices": MINUTES,
        "minutes_max": settings.TEACH_MINUTES_MAX,
        "began_from": began_from(style, owner),
        "facts": facts(style),
    }
    return render(request, "style.html", context)


def began_from(style: TaughtStyle, owner: Owner) -> dict[str, str] | None:
    """The style that its training began from, if it is there for ``owner``."""
    start = style.figures.get("start") or style.lesson.get("start")
    if not start:
        return None
    try:
        return find_style(owner, str(start)).shown
    except EngineError:
        return None


def facts(style: TaughtStyle) -> list[dict[str, Any]]:
    """The figures of the training, for people; a file from elsewhere may hold anything."""
    return [
        {"label": label, "value": f"{value:g}"}
        for name, label in FACTS.items()
        if isinstance(value := style.figures.get(name), int | float)
    ]


@require_POST
@limited("teach")
def teach_on(request: HttpRequest, pk: UUID) -> HttpResponse:
    style = own(request, TaughtStyle, pk)
    try:
        minutes = minutes_field().clean(request.POST.get("minutes"))
        return begun(request, services.style_teach_on(style, minutes))
    except RefusedError as error:
        return refuse_error(request, error)
    except (EngineError, ValidationError) as error:
        reason = told(error) if isinstance(error, EngineError) else error.messages[0]
    if wants_json(request):
        return refuse(request, 400, reason)
    messages.error(request, reason)
    return redirect(style)


@require_POST
@limited("teach")
def style_import(request: HttpRequest) -> HttpResponse:
    """One file of a form's field ``file``, as ``files.style_download`` gives it."""
    file = request.FILES.get("file")
    try:
        if file is None:
            raise EngineError(_("Choose the .safetensors file of a style first."))
        style = uploads.take_file(services.style_import, request, file)
    except EngineError as error:
        if wants_json(request):
            return refuse_error(request, error)
        messages.error(request, told(error))
        return redirect(uploads.way_back(request))
    return begun(request, style)
