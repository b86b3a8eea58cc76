"""Tell what a stranger's file carries; run as a process with limits of its own.

``python -m webstyle.engine.inspection FILE NAME MEGABYTES SECONDS`` with a
``credentials.Trust`` as JSON on stdin. Prints the mark (hexadecimal) and the credentials as
JSON. Exit 2: it is not a picture we take, one line on stderr says why.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path


def main() -> int:
    source, name = Path(sys.argv[1]), sys.argv[2]
    memory, seconds = int(sys.argv[3]) * 1_000_000, int(sys.argv[4])
    os.nice(5)  # pages first
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    from PIL import Image

    from webstyle.engine import credentials, images, watermark
    from webstyle.engine.events import EngineError

    try:
        picture = images.decode(source, name)
    except EngineError as error:
        print(error, file=sys.stderr)
        return 2
    with Image.open(source, formats=images.FORMATS) as file:
        kind = str(file.format)
    mark = watermark.find(picture)
    found = credentials.read(source, kind, credentials.Trust(**json.load(sys.stdin)))
    print(json.dumps({"mark": mark.hex() if mark else None, "credentials": found}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
