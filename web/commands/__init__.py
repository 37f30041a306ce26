"""The commands of `flask --app wsgi`: each module one group."""
