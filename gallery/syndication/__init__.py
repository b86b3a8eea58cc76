"""What other sites and programs get of what is public: cards for previews, oEmbed, feeds."""
