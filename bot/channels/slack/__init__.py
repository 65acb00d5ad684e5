"""The advisor in Slack, over Socket Mode or HTTP."""
