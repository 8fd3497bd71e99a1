"""Mitigation lanes as commands meet them: facts measured or brought, and re-entries looked back at."""
