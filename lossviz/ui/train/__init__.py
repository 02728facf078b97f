"""The Train page: the form, the queue, and trainings as they go."""
