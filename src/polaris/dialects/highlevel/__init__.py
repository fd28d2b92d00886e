"""The dialect of HighLevel: its invoice API and its webhooks."""
