"""The templates of pages and mails. HTML is escaped by itself; a name nobody gave is an error."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape


@cache
def template(name: str) -> Template:
    """Load a template: `*.html` escapes what it is given, `*.txt` does not."""
    environment = Environment(
        loader=PackageLoader("checker.report", "templates"),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
