"""Photos and pictures in S3, or in what speaks as it does."""

from __future__ import annotations

import threading
from typing import Any

from storages.backends.s3 import S3Storage  # type: ignore[import-untyped]

REMEMBERED = 1_000  # sizes


class BucketStorage(S3Storage):  # type: ignore[misc]
    """Files in a bucket. Each request of a visitor has a thread of its own, and for each thread
    django-storages makes a client, which takes 80 to 200 ms: here all of them share one, as boto3
    allows. And of what was just written the bucket is not asked how large it is."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._lock = threading.Lock()
        self._shared: Any = None
        self._sizes: dict[str, int] = {}

    @property
    def connection(self) -> Any:
        with self._lock:
            if self._shared is None:
                self._shared = super().connection
        return self._shared

    def _save(self, name: str, content: Any) -> str:
        size = content.size
        saved: str = super()._save(name, content)
        if len(self._sizes) >= REMEMBERED:  # of files whose size nobody asks
            self._sizes.clear()
        self._sizes[saved] = size
        return saved

    def size(self, name: str) -> int:
        """Asked again, the bucket says it: somebody else may have written since."""
        known = self._sizes.pop(name, None)
        return int(super().size(name)) if known is None else known

    def delete(self, name: str) -> None:
        self._sizes.pop(name, None)
        super().delete(name)
