"""The tree is the one that Beautiful Soup builds, but for the blanks between blocks."""

import pytest
from bs4 import BeautifulSoup
from bs4.element import Comment, Doctype, NavigableString, PageElement, PreformattedString, ProcessingInstruction, Tag
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.read.tree import BLOCKS, tree

MARKUP = (
    "", "x", "   ", "<p>a", "<!---->", "\ufeff<p>x", "a\x00b<p>", "</p></div>x", "<p class=' a  b '>x</p>",
    "<!DOCTYPE html><?php x ?><p>a<!-- c --><b>", "<template><p>a</p>b</template>c",
    "<style>p{}</style><script>1</script>",
    "<ruby>国<rt>guo</rt></ruby>", "<pre>\n \n</pre> \n <p> <textarea> </textarea>",
    "<a rel='x y'>a</a><div rel='x y'>",
    "<html><body></body></html>尾<p>more</body>", "<table><tr><td>a<td>b</table>", "<svg:a xlink:href='x'>b</svg:a>",
    "<b><i>a</b>b</i>", "<p a=1 a=2 B=3 c>x",
)  # fmt: skip
PIECES = ("<p>", "</p>", "<b>", "</b>", "<pre>", "</pre>", " \n", "字", "<table>", "</table>", "<td>", "<br>",
          "<!--x-->", "<template>", "</template>", "<script>", "</script>", "<rt>", "</rt>", "</body>", "</html>",
          "<html class=x>")  # fmt: skip


def without_blanks(soup: BeautifulSoup) -> BeautifulSoup:
    """Take out the blanks that stand right behind where a block begins or ends."""
    for node in list(soup.descendants):
        if not isinstance(node, NavigableString) or isinstance(node, PreformattedString):
            continue
        if not node.strip("\n\t\f\r ") and not node.find_parent(["pre", "textarea"]) and parted(node):
            node.extract()
    return soup


def parted(node: PageElement) -> bool:
    """Tell whether a block begins or ends right before a node, comments aside."""
    before = node.previous_sibling
    while isinstance(before, Comment | Doctype | ProcessingInstruction):
        before = before.previous_sibling
    near = before or node.parent
    return isinstance(near, BeautifulSoup) or (isinstance(near, Tag) and near.name in BLOCKS)


def told(soup: BeautifulSoup) -> list[tuple[object, ...]]:
    """What is read of a tree, in document order: kinds, names, attributes, words, and whose child each node is."""
    nodes = list(soup.descendants)
    number = {id(node): at for at, node in enumerate(nodes)}
    return [
        (
            Tag.__name__ if isinstance(node, Tag) else type(node).__name__,
            (node.name, node.attrs, [number[id(child)] for child in node.contents])
            if isinstance(node, Tag)
            else str(node),
            number.get(id(node.parent)),
            number.get(id(node.next_sibling)),
        )
        for node in nodes
    ]


@pytest.mark.parametrize("html", MARKUP)
def test_markup_makes_the_tree_that_beautiful_soup_makes(html: str) -> None:
    assert told(tree(html).soup) == told(without_blanks(BeautifulSoup(html, "lxml")))


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@settings(max_examples=60)
def test_broken_markup_makes_the_same_tree_too(html: str) -> None:
    assert told(tree(html).soup) == told(without_blanks(BeautifulSoup(html, "lxml")))


@pytest.mark.parametrize("html", [*MARKUP, "<title>a</title><meta name=x><svg><title>b</title></svg><meta name=y>"])
def test_elements_are_listed_by_name(html: str) -> None:
    markup, soup = tree(html), BeautifulSoup(html, "lxml")
    for name in {tag.name for tag in soup.find_all()} - {"html", "head"}:
        assert [tag.attrs for tag in markup.all(name)] == [tag.attrs for tag in soup.find_all(name)]
        head = soup.head or soup
        assert [tag.attrs for tag in markup.head(name)] == [tag.attrs for tag in head.find_all(name)]
