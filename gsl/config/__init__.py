"""Typed settings of suites, learners, guides and the method, and the run's configuration that combines them.

This file must not import anything: packages that add a suite, a learner or a guide import `gsl.config.suites.base` and
the like, before the unions in `parts.py` import those packages.
"""
