"""/api/v1/applications: what other systems read and write of applications."""
