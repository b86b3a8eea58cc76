"""What visitors write: checked here, shown as plain text everywhere."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from gallery.community import words
from gallery.community.models import ABOUT, TITLE, WORDS, Album
from gallery.models import Rendering
from gallery.moderation.moderated import Reason
from gallery.owners import Owner


def line(letters: int, label: Any, hint: Any = "", **values: Any) -> forms.CharField:
    attrs = {"autocomplete": "off"}
    return forms.CharField(
        max_length=letters, label=label, help_text=hint, widget=forms.TextInput(attrs), **values
    )


class Passage(forms.CharField):
    """Some lines of text. A line's end counts once, as it does in the browser."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if isinstance(text, str) else text


def passage(letters: int, label: Any, hint: Any = "", rows: int = 3, **values: Any) -> Passage:
    attrs = {"rows": rows, "autocomplete": "off"}
    return Passage(
        max_length=letters, label=label, help_text=hint, widget=forms.Textarea(attrs), **values
    )


class Form(forms.Form):
    """Its ids do not clash with those of other forms on the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{type(self).__name__.lower()}-%s")
        super().__init__(*args, **kwargs)


class DescribeForm(Form):
    name = line(120, _("Title"), required=False)
    caption_text = passage(1000, _("Caption"), _("Stands under the picture."), required=False)
    alt = passage(
        300,
        _("Description"),
        _("Read to those who cannot see the picture."),
        rows=2,
        required=False,
    )
    tags = line(
        400,
        _("Tags"),
        format_lazy(_("Up to {most} words, with spaces between them."), most=words.MAX_TAGS),
        required=False,
    )

    def clean_tags(self) -> list[str]:
        return words.parse(self.cleaned_data["tags"])

    @classmethod
    def of(cls, rendering: Rendering) -> DescribeForm:
        """Filled with what there is."""
        fields = ("name", "caption_text", "alt")
        now = {field: getattr(rendering, field) for field in fields}
        form = cls(initial=now | {"tags": " ".join(rendering.tags)})
        form.fields["name"].widget.attrs["placeholder"] = rendering.default_title
        form.fields["alt"].widget.attrs["placeholder"] = rendering.default_caption
        return form


class AlbumForm(Form):
    title = line(TITLE, _("Title"))
    description = passage(WORDS, _("Description"), required=False)
    visibility = forms.ChoiceField(
        label=_("Who sees it"), choices=Album.Visibility.choices, widget=forms.RadioSelect
    )

    @classmethod
    def of(cls, album: Album) -> AlbumForm:
        return cls(initial={name: getattr(album, name) for name in cls.base_fields})


class GatherForm(Form):
    """Pictures into an album, one that there is or a new one."""

    NEW = "new"

    album = forms.CharField(label=_("Album"), error_messages={"required": _("Choose an album.")})
    title = line(TITLE, _("Title of the new album"), required=False)

    def __init__(self, owner: Owner, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        wanted = data.get("album", "")
        if wanted == self.NEW:
            if not data.get("title") and self.data.get("do") != "out":
                raise ValidationError(_("Give the new album a title."))
            data["into"] = None
            return data
        try:
            data["into"] = Album.objects.of(self.owner).filter(pk=uuid.UUID(wanted)).first()
        except ValueError:
            data["into"] = None
        if data["into"] is None:
            raise ValidationError(_("There is no such album: choose another."))
        return data


class ProfileForm(Form):
    about = passage(
        ABOUT, _("About you"), format_lazy(_("Up to {most} letters."), most=ABOUT), required=False
    )
    named = forms.BooleanField(
        label=_("My name stands beside what I publish and say"), required=False
    )


class CommentForm(Form):
    text = passage(WORDS, _("Your comment"))


class ReportForm(Form):
    reason = forms.ChoiceField(
        label=_("What is wrong with it?"), choices=Reason.choices, widget=forms.RadioSelect
    )
    words = passage(WORDS, _("In your words"), _("Only the moderators read it."), required=False)
