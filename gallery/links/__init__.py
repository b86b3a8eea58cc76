"""Links: one picture shown to whoever has the address, for as long as the owner likes."""
