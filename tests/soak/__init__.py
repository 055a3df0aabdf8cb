"""Eight straps for an hour, ten times as fast: does anything grow, and how soon is a frame recorded?"""
