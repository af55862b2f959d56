"""deadline, journal, life, run_timers."""
