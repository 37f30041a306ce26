"""Who: units, residents, persons and their roles, how they log in, and the keys of other systems."""

from people import model as model
