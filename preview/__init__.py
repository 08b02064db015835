"""What people see in each chat, as pages to look at while working on it."""
