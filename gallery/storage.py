from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Static files with a hash in the name, in ES modules' imports too."""

    support_js_module_import_aggregation = True
