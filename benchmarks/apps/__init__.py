"""The same programs, written the way each framework wants them.

Every module has one table, `OFFERS`: the name of a scenario and the function that makes its
application.
"""
