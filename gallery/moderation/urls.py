from django.urls import path

from gallery.moderation import notices, pages
from gallery.moderation.reporting import report

urlpatterns = [
    *(
        path(f"{kind}/<uuid:pk>/report/", report, {"kind": kind}, name=f"{kind}_report")
        for kind in ("picture", "comment", "painting", "style")
    ),
    path("albums/<uuid:pk>/report/", report, {"kind": "album"}, name="album_report"),
    path("people/<str:username>/report/", report, {"kind": "member"}, name="member_report"),
    path("me/decisions/", notices.decisions, name="decisions"),
    path("moderate/", pages.queue, name="moderation"),
    path("moderate/bans/", pages.bans, name="moderation_bans"),
    path("moderate/bans/<int:pk>/lift/", pages.lift, name="moderation_lift"),
    path("moderate/trail/", pages.trail, name="moderation_trail"),
    path("moderate/look/<slug:kind>/<uuid:name>", pages.look, name="moderation_look"),
    path("moderate/<slug:kind>/<slug:name>/", pages.case, name="moderation_case"),
    path("moderate/<slug:kind>/<slug:name>/decide/", pages.decide, name="moderation_decide"),
    path("moderate/<slug:kind>/<slug:name>/ban/", pages.ban, name="moderation_ban"),
]
