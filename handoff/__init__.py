"""When a person takes over: opening hours and requests to be called back."""
