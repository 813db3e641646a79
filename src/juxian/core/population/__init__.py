"""The demonstration population (演示人口): a recipe in the pack, and persons made from it."""

from juxian.core.population.plan import Population
from juxian.core.population.recipe import read_recipe

__all__ = ["Population", "read_recipe"]
