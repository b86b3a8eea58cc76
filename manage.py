#!/usr/bin/env python
"""Django's command line: serve, worker, stylize, styles, train_stylebank and the usual ones."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webstyle.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
