"""Recipes that write their own phases: one file a recipe, `--recipe=name(...)`."""
