"""Open a stranger's file and write clean copies of it; run as a process with limits of its own.

``python -m webstyle.engine.sanitize FILE FOLDER NAME MEGABYTES SECONDS`` writes ``original.jpg``
(full size), ``view.webp`` (for the screen) and ``thumb.webp`` into FOLDER and prints width, height
and mean colour as JSON. Exit 2: it is not a picture we take, one line on stderr says why.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

VIEW, THUMB = 2048, 480  # px on the long side


def main() -> int:
    source, folder, name = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    memory, seconds = int(sys.argv[4]) * 1_000_000, int(sys.argv[5])
    os.nice(5)  # pages first
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    from webstyle.engine import images
    from webstyle.engine.events import EngineError

    try:
        picture = images.decode(source, name)
    except EngineError as error:
        print(error, file=sys.stderr)
        return 2
    (folder / "original.jpg").write_bytes(images.encode(picture, "jpg", quality=95))
    view = images.shrink(picture, VIEW)
    (folder / "view.webp").write_bytes(images.encode(view, "webp", quality=85))
    thumb = images.shrink(view, THUMB)
    (folder / "thumb.webp").write_bytes(images.encode(thumb, "webp", quality=80))
    colour = images.average_color(thumb)
    print(json.dumps({"width": picture.width, "height": picture.height, "colour": colour}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
