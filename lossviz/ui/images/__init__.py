"""The page "Your image": ways in for a person's own pictures, and what every chosen run makes of them."""
