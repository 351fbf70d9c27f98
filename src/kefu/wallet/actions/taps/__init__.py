"""Paying by holding a device near a terminal: the devices, the amounts that wait, and the taps."""
