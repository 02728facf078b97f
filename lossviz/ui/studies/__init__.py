"""The Studies page: a grid of trainings, chosen, trained, and told of."""
