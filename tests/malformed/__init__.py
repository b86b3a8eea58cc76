"""Files that somebody might send to harm the site: made by hand, and by chance from a seed."""
