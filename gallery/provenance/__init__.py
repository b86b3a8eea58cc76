"""Where pictures come from: what every result carries, and what a picture that is brought tells."""
