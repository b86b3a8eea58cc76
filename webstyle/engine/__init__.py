"""The painting engine: pure torch and Pillow. It never imports Django."""
