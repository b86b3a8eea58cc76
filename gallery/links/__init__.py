"""Links: one picture or album, for whoever has the address, for as long as the owner likes."""
