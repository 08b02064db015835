"""Where papers come from: the Hugging Face API and files."""
