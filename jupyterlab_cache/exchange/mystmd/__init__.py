"""The execution cache of mystmd."""
