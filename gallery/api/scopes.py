"""What a personal token may be allowed, each by itself. A page of the site may all of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

READ, PHOTOS, PAINT, ALBUMS, PUBLISH = "read", "photos", "paint", "albums", "publish"

SCOPES = {
    READ: _("See all that is yours, and follow the work"),
    PHOTOS: _("Upload photographs and paintings, change and delete them"),
    PAINT: _("Have pictures painted, steer the work, delete pictures and styles"),
    ALBUMS: _("Make, fill, arrange and delete albums"),
    PUBLISH: _("Show your pictures, paintings, styles and albums to others, and take them back"),
}
EVERYTHING = frozenset(SCOPES)
