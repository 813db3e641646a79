"""The demonstration population (演示人口): a recipe in the pack, and persons made from it."""

from juxian.core.population.generator import PersonDraft, cohort_persons, make_people
from juxian.core.population.plan import Population
from juxian.core.population.recipe import read_recipe
from juxian.core.population.sketches import FactDraft

__all__ = ["FactDraft", "PersonDraft", "Population", "cohort_persons", "make_people", "read_recipe"]
