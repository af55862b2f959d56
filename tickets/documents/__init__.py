"""Documents of strangers opened safely: xlsx, docx and pdf in a child process with limits; out come plain rows and text."""

from .contents import Document, Pages, Paragraph, Row, Sheet, Table
from .refusal import FileRefused
from .sandbox import MAX_BYTES, read_docx, read_pdf, read_xlsx

__all__ = [
    "MAX_BYTES",
    "Document",
    "FileRefused",
    "Pages",
    "Paragraph",
    "Row",
    "Sheet",
    "Table",
    "read_docx",
    "read_pdf",
    "read_xlsx",
]
