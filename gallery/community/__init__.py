"""What people show each other: albums, tags, their own pages, favourites, comments, reports."""
