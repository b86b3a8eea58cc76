"""What a visitor can choose, and within which limits."""

from __future__ import annotations

from typing import Any

from django import forms

from webstyle.engine.recipe import Recipe
from webstyle.engine.weights import styles

SIZES = [(512, "Preview, 512 px"), (1024, "Standard, 1024 px"), (2048, "Large, 2048 px")]


class PaintForm(forms.Form):
    """Defaults that give a good picture: only the style has to be chosen."""

    style = forms.ChoiceField(error_messages={"required": "Choose a style."})
    strength = forms.IntegerField(min_value=0, max_value=100, initial=100, required=False)
    keep_color = forms.BooleanField(required=False)
    size = forms.TypedChoiceField(choices=SIZES, coerce=int, initial=Recipe.size, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["style"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(slug, style.title) for slug, style in styles().items()]

    def clean_strength(self) -> int:
        strength = self.cleaned_data["strength"]
        return 100 if strength is None else strength

    def recipe(self) -> Recipe:
        data = self.cleaned_data
        return Recipe(
            styles=((data["style"], 1.0),),
            strength=data["strength"] / 100,
            keep_color=data["keep_color"],
            size=data["size"] or Recipe.size,
        )
