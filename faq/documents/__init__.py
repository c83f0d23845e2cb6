"""Documents that a municipality already has, read into guides: Markdown, HTML, PDF, Word, PowerPoint and Excel."""
