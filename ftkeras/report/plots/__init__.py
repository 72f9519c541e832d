"""Pictures as SVG text: one file a plot, each with `draw`."""
