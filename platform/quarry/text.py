"""Small things done with people's words."""


def first_words(text: str, most: int = 80) -> str:
    """The beginning of a text in one line, by which a person knows it again."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
