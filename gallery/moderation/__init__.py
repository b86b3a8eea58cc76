"""What is reported, what moderators decide about it, who is banned, and the trail of all that."""
