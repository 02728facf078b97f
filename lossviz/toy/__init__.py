"""Losses seen without data: on the circle, between two class weights, on a ring of them."""
