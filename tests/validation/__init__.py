"""The measurement of the core: whole simulated sessions of many classes, counted against what each must hold."""
