"""Personal tokens, and answers that are given again. Part of gallery.models."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from gallery.owners import Owner


class TokenQuerySet(models.QuerySet[Any]):
    def living(self) -> Self:
        """Those that have not expired."""
        return self.filter(models.Q(expires=None) | models.Q(expires__gt=timezone.now()))


class ApiToken(models.Model):
    """Lets a member's program do what its scopes say, and nothing else. The token itself is shown
    once, and kept nowhere: only its digest is."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    title = models.CharField(max_length=80)
    prefix = models.CharField(max_length=20, unique=True)  # the beginning, to recognise it by
    digest = models.CharField(max_length=64)  # sha256 of all of it: there is nothing to guess
    # The member's session hash when it was made: it changes with the password, however that is
    # changed, and the token is void.
    stamp = models.CharField(max_length=128)
    scopes = models.JSONField(default=list)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(null=True, blank=True)
    used = models.DateField(null=True, blank=True)  # the last day: more would be a diary

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @property
    def is_void(self) -> bool:
        """Whether it opens nothing any longer."""
        expired = self.expires is not None and self.expires <= timezone.now()
        return expired or not self.user.is_active or self.stamp != self.user.get_session_auth_hash()


class KeptAnswer(models.Model):
    """What was answered to a request with an ``Idempotency-Key``; without a status while the
    request is under way."""

    KEPT = timedelta(days=1)

    name = models.CharField(max_length=64, primary_key=True)  # sha256 of whose it is, and the key
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True)
    guest = models.CharField(max_length=64, blank=True, db_index=True)
    request = models.CharField(max_length=64)  # sha256 of what was asked
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.JSONField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"answer {self.name[:8]}"

    @classmethod
    def of(cls, owner: Owner) -> models.QuerySet[Any]:
        return cls._default_manager.filter(**owner.fields)

    @classmethod
    def sweep(cls) -> None:
        """Those that nobody may ask for any longer."""
        cls._default_manager.filter(created__lt=timezone.now() - cls.KEPT).delete()
