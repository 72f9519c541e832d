"""The objects that pass between rooms: frozen dataclasses and protocols, no framework."""
