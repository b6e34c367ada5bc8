"""The title over an article, the title it had before, and the people who sign it.

A page's `<title>` carries the site's name and its channels, its first `<h1>` is often the site's own name; the
headline is what both the metadata and a line above the article say. Names are taken only from forms that end where
a name ends, since "记者" and "文" begin many other words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checker.model import Span
from checker.read.plain import han
from checker.read.tree import Tree
from checker.script import GONE, level, packed

HEAD = 1500
"""Characters before the article in which its headline stands."""

NEAR = 600
INSIDE = 600
"""Characters around and inside the ends of the article in which it is signed and its former title is told."""

LONGEST = 120
SHORTEST = 5
ENOUGH = 8
CLAUSE = 10
"""Letters and ideographs: the longest headline, the shortest, enough inside a `<title>`, more than a site's name."""

MOST = 8
"""Authors of an article that are kept."""

SEPARATOR = re.compile(r"\s*(?:[_|｜]|\s[-–—·]\s|[-–—]{2,})\s*")
SITE = re.compile(r"\s*[-–—·]\s*[^-–—·]{2,16}$")
CUT = re.compile(r"(?:\.{2,}|…)\W*$")
SPACE = re.compile(r"\s+")
ORIGINAL = re.compile(r"([(\[【]? ?)原标题 ?: ?([^\n]{2,120})")
CLOSING = re.compile(r"[)\]】]")
EDGES = " 《》)）]】"

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟"
    "殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳"
    "穆农司卓古吉缪简车连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟臧闵苟邬边姬栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明池查麻苑迟"
    "邝官封谈匡鞠惠荆乐冀郁胥班储栗燕楚鄢谌奚粟冼蔺楼阚花屠豆朴练廉井祖漆巴丰支狄宣晋桃门容敬扈晁芮都阙浦戈伏鹿薄邸雍辜裘"
)
"""Family names: what a name without a colon before it must begin with; those that begin common verbs are left out."""

GIVEN = "[一-鿿]"
HAN_NAME = rf"{GIVEN}{{2,4}}?(?:·{GIVEN}{{1,6}})*"
LATIN_NAME = r"[a-z][a-z.]+(?: [a-z][a-z.]+){1,2}"
NAME = rf"(?:{HAN_NAME}|{LATIN_NAME})"
KNOWN = rf"[{SURNAMES}]{GIVEN}{{1,3}}?"
JOINT = r"(?: ?[、,，/&;] ?| )"
STOP = (
    "来源|编辑|责编|责任|校对|审核|审校|监制|摄|图|文|报道|通讯员|记者|实习|发自|综合|整理|翻译|日期|时间|发布|发表|"
    "点击|浏览|阅读|字号|字体"
)
END = rf"(?= ?(?:[)\]】|,，、。;；:\n\d/]|$|{STOP})| )"
LABEL = r"(?:作者|撰文|撰稿|采写|文字|记者|通讯员|图文|文/图|图/文|(?<![一-鿿])文|实习生)"
LABELLED = re.compile(rf"{LABEL} ?[:/|] ?({NAME}(?:{JOINT}(?!{STOP}){NAME}){{0,5}}){END}")
REPORTER = re.compile(rf"记者 ?({KNOWN}(?:(?: ?[、,，] ?(?!{STOP}){HAN_NAME}|{JOINT}{KNOWN})){{0,5}}){END}")
WRITER = re.compile(rf"[(\[【] ?(?:文|图文|作者) ?([{SURNAMES}]{GIVEN}{{1,7}}?(?:{JOINT}{KNOWN}){{0,5}}){END}")
EDITOR = re.compile(rf"(责任编辑|责编|本文编辑|编辑|小编) ?(?:[:/|] ?| (?=[{SURNAMES}]))({NAME})(?:_[a-z]+\d+)?{END}")
STRANGERS = re.compile(
    r"(?:本报|本网|本刊|本站|网络|网友|佚名|未知|综合|整理|转载|匿名|管理员|系统|编辑|责编|责任|记者|作者|来源|实习|见习|不详|小编|admin).*"
    r"|.*(?:报|网|社|台|刊|新闻|客户端|公司|中心|委员会|频道|站|局|部|院|记者|编辑|删除|声明|南都)"
)
"""What stands in the place of a name and is none."""

PARTING = re.compile(r" ?[、,，/&;] ?|(?<=[一-鿿]) ")
GIVENS = re.compile(f"{GIVEN}+")


@dataclass(frozen=True)
class Headline:
    """The title over the article, and the one the page says it had before ("" where it says nothing)."""

    title: str = ""
    original_title: str = ""


@dataclass(frozen=True)
class Signature:
    """Who signs the article."""

    authors: tuple[str, ...] = ()
    editor: str = ""


def headline(tree: Tree, text: str, main: Span) -> Headline:
    """Return the title of the article `text[main]`, and its original title where the page tells it."""
    named = _named(tree)
    title = _shown(text, main, named) or _heading(tree, text, main) or next(map(_bare, named), "")
    return Headline(title, _original(text, main))


def signature(text: str, main: Span) -> Signature:
    """Return the authors and the editor named around the ends of the article `text[main]`, in reading order."""
    near = _ends(text, main)
    levelled = level(near).replace(GONE, " ")
    found = sorted(match.span(1) for form in (LABELLED, REPORTER, WRITER) for match in form.finditer(levelled))
    authors = dict.fromkeys(name for start, end in found for name in _names(near[start:end]))
    editors = [match for match in EDITOR.finditer(levelled) if not STRANGERS.fullmatch(match[2])]
    editor = min(editors, key=lambda match: (not match[1].startswith("责"), match.start()), default=None)
    return Signature(tuple(authors)[:MOST], near[editor.start(2) : editor.end(2)] if editor else "")


def _ends(text: str, main: Span) -> str:
    """What stands around and inside either end of the article: where it is signed, not where it tells."""
    start, end = main
    if end - start <= 2 * INSIDE:
        return text[max(0, start - NEAR) : end + NEAR]
    return text[max(0, start - NEAR) : start + INSIDE] + "\n" + text[end - INSIDE : end + NEAR]


def _named(tree: Tree) -> list[str]:
    """What the metadata calls the page: og:title, then `<title>`."""
    stated = [str(tag.get("content") or "") for tag in tree.head("meta") if tag.get("property") == "og:title"]
    stated += [tag.get_text() for tag in tree.head("title")]
    return [words for name in stated if (words := SPACE.sub(" ", name).strip())]


def _shown(text: str, main: Span, named: list[str]) -> str:
    """What the metadata and a line above the article both say: the longest that begins a name, else stands in one."""
    lines = [line.strip() for line in text[max(0, main[0] - HEAD) : main[0] + LONGEST].split("\n")]
    keys = [packed(line) for line in lines]
    best, title = (0, 0), ""
    for name in named:
        whole, parts = packed(name), tuple(map(packed, SEPARATOR.split(name)))
        for index, (line, key) in enumerate(zip(lines, keys, strict=True)):
            worth, words = _agreed(line, key, name, whole)
            pair = "".join(keys[index : index + 2])
            if worth[0] == 2 and pair != key and any(part.startswith(pair) for part in parts):
                worth, words = (2, len(pair)), " ".join(lines[index : index + 2])
            if worth > best:
                best, title = worth, words
    return title


def _agreed(line: str, key: str, name: str, whole: str) -> tuple[tuple[int, int], str]:
    """How well a line agrees with a name (2: one begins the other, 1: it stands inside; its length), and the words."""
    if len(key) < SHORTEST:
        return (0, 0), ""
    if whole.startswith(key):
        return (2, len(key)), line if key != whole else _bare(line)
    if len(whole) >= ENOUGH and key.startswith(whole) and len(key) <= LONGEST:
        return (2, len(whole)), line if CUT.search(name) else name
    if len(key) >= ENOUGH and key in whole and (not whole.endswith(key) or han(key) >= CLAUSE):
        return (2 if han(key) >= CLAUSE else 1, len(key)), line
    return (0, 0), ""


def _heading(tree: Tree, text: str, main: Span) -> str:
    """The first heading that stands right above the article."""
    above = packed(text[max(0, main[0] - NEAR) : main[0]])
    for tag in tree.all("h1")[:3]:
        words = SPACE.sub(" ", tag.get_text()).strip()
        if ENOUGH <= len(key := packed(words)) <= LONGEST and key in above:
            return words
    return ""


def _bare(name: str) -> str:
    """A `<title>` without the names of site and channel behind it."""
    parts = [part for part in SEPARATOR.split(name) if part]
    return SITE.sub("", next((part for part in parts if len(packed(part)) >= SHORTEST), parts[0] if parts else name))


def _original(text: str, main: Span) -> str:
    """The title a page says the article had before it got its present one."""
    near = _ends(text, main)
    match = ORIGINAL.search(level(near).replace(GONE, " "))
    if not match:
        return ""
    words = near[match.start(2) : match.end(2)]
    closed = CLOSING.search(level(words)) if match[1].strip() else None
    return SPACE.sub(" ", words[: closed.start()] if closed else words).strip(EDGES)


def _names(words: str) -> Iterator[str]:
    """The single names of a list of them; two run together are parted where the second family name begins."""
    for name in PARTING.split(words.strip()):
        flat = level(name)
        if len(flat) < 2 or STRANGERS.fullmatch(flat):
            continue
        cut = next((at for at in (3, 2) if 5 <= len(flat) <= 7 and flat[at] in SURNAMES), 0)
        yield from (name[:cut], name[cut:]) if cut and GIVENS.fullmatch(flat) else (name,)
