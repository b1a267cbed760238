"""`headwater demo`: a week of real flights through a real graph, and a look at what came of it."""

from app.demo.story import run_demo

__all__ = ["run_demo"]
