"""A resident's conversation, from the webhook to the delivered reply."""
