#!/usr/bin/env python
"""Django's command line: serve, worker, stylize, styles, train_stylebank and the usual ones."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webstyle.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from environs import EnvError, EnvValidationError

    try:
        execute_from_command_line(sys.argv)
    except (EnvError, ImproperlyConfigured) as error:
        told = str(error)
        if isinstance(error, EnvValidationError):  # `… "NAME" invalid: ['why']`, in its own words
            _, name, _ = told.split('"', 2)
            told = f"{name}: {' '.join(error.error_messages)}"
        print(told, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
