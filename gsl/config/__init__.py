"""Typed settings: the suite, the learner, the guide, the method and the run that ties them together.

Empty on purpose: a package that adds a suite, a learner or a guide imports `gsl.config.suites.base` and the like before
the unions in `run.py` import that package.
"""
