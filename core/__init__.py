"""What every package builds on: settings, database, jobs, packs, messages, text."""
