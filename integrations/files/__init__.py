"""Files of strangers read safely: xlsx, docx and pdf in a child process with limits, csv too; out come plain rows."""

from .contents import Document, Pages, Paragraph, Sheet, Table
from .refusal import FileRefused
from .sandbox import MAX_BYTES, read_docx, read_pdf, read_xlsx
from .tables import read_csv, read_table

__all__ = [
    "MAX_BYTES",
    "Document",
    "FileRefused",
    "Pages",
    "Paragraph",
    "Sheet",
    "Table",
    "read_csv",
    "read_docx",
    "read_pdf",
    "read_table",
    "read_xlsx",
]
