"""What the web process serves besides the apps: health, the front end's page, the state of the system."""
