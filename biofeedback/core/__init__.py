"""Pure physiology: no input or output, no clock, no randomness, no logging. Time arrives inside events."""
