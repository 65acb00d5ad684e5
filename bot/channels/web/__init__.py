"""The web channel: the chat widget, its sessions and the page that shows it."""
