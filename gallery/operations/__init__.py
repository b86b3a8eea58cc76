"""For operators: cleaning up, probes, metrics, logs and a page that shows how the site does."""
