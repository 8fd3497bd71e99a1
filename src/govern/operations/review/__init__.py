"""What is asked of documents before they count: validation, and what a pull request may change."""
