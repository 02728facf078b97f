"""Pictures of runs, and what is made of them to be handed on: documents, figures, tables, animations."""
