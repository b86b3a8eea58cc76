"""The site for programs: /api/v1/, personal tokens, and the page that explains it."""
