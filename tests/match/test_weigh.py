"""Several matches on one page: the better explanation stands, mosaics are named."""

from checker.match.align import align
from checker.match.weigh import weigh
from checker.model import Match, MatchKind
from tests.match.texts import FERRY, LIBRARY, ORCHARD, THRESHOLDS, article, document


def matches(page: str, **texts: str) -> tuple[Match, ...]:
    found = [align(article(text, name), document(page), THRESHOLDS) for name, text in texts.items()]
    return weigh(tuple(match for match in found if match is not None))


def test_a_page_of_one_article_is_not_matched_to_its_poorer_sister() -> None:
    sister = "昨日，" + FERRY[30:110] + LIBRARY
    assert [match.article.id for match in matches(FERRY, a=FERRY, b=sister)] == ["a"]
    assert [match.article.id for match in matches(sister, a=FERRY, b=sister)] == ["b"]


def test_the_same_text_under_two_ids_stands_twice() -> None:
    assert [match.article.id for match in matches(FERRY, b=FERRY, a=FERRY)] == ["a", "b"]


def test_text_of_both_is_matched_to_both() -> None:
    found = matches(FERRY[:90] + ORCHARD[:90], a=FERRY, b=ORCHARD, c=LIBRARY)
    assert [(match.article.id, match.kind) for match in found] == [("b", MatchKind.MOSAIC), ("a", MatchKind.MOSAIC)]
    assert all("joined on one page" in match.reasons[-1] for match in found)


def test_a_whole_article_beside_a_part_of_another_stays_whole() -> None:
    found = matches(FERRY + ORCHARD[:70], a=FERRY, b=ORCHARD)
    assert [(match.article.id, match.kind) for match in found] == [("a", MatchKind.FULL), ("b", MatchKind.MOSAIC)]


def test_the_order_of_matches_does_not_matter() -> None:
    page = FERRY[:120] + LIBRARY[:60] + ORCHARD
    assert matches(page, a=FERRY, b=ORCHARD, c=LIBRARY) == matches(page, c=LIBRARY, b=ORCHARD, a=FERRY)
    assert weigh(()) == ()
