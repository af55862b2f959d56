"""Files of strangers as the adapters read them: xlsx, docx and pdf by tickets.documents, csv by our decoding; out come plain rows."""

from tickets.documents import (
    MAX_BYTES,
    Document,
    FileRefused,
    Pages,
    Paragraph,
    Sheet,
    Table,
    read_docx,
    read_pdf,
    read_xlsx,
)

from .tables import read_csv

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
    "read_xlsx",
]
