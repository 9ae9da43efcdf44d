"""Limits on what a file may be. All are generous for company documents and small beside this machine."""

MAX_TEXT = 20_000_000  # characters of canonical text
MAX_BLOCKS = 400_000  # paragraphs, items and rows: each is an object in the worker, however short it is
MAX_PAGES = 5_000
MAX_ROWS = 200_000  # of a workbook or CSV file
MAX_COLUMNS = 500
MAX_ARCHIVE_FILES = 20_000
MAX_UNPACKED = 600 * 1024 * 1024  # bytes that an office file may unpack to
MAX_RATIO = 200  # unpacked : packed, looked at only above UNSUSPICIOUS bytes
UNSUSPICIOUS = 20 * 1024 * 1024
MAX_XML_DEPTH = 250
MAX_OCR_PAGES = 100
