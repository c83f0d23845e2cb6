"""The LINE channel; nothing else in the project knows LINE's ids or forms."""
