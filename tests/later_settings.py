"""The site's own settings, as the next version's ``migrate`` would have them."""

from webstyle.settings import *  # noqa: F403
from webstyle.settings import INSTALLED_APPS

MIGRATION_MODULES = {"gallery": "tests.later"}
INSTALLED_APPS += ["django_migration_linter"]
