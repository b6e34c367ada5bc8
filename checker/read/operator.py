"""Who runs the site, by what its pages state: filing numbers, licence numbers, name, contact.

The filing number (ICP備案號) is the same for all domains of one organisation but for its last part, so it joins them.
Numbers are given in one spelling: simplified characters, no blanks.
"""

import re

from checker.model import Operator
from checker.read.tree import Tree
from checker.script import GONE, level

PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵黔粤川蜀青藏琼宁港澳台"
FILING = re.compile(rf"[{PROVINCE}] ?icp ?备 ?(?:案 ?)?(?:第 ?)?(\d{{6,10}}) ?号? ?(?:- ?(\d{{1,3}}))?")
CERTIFICATE = re.compile(rf"[{PROVINCE}] ?icp ?证 ?(?:第 ?)?([a-z]?[\d-]{{6,12}}) ?号?")
TELECOM = re.compile(rf"(?:[{PROVINCE}] ?)?[ab][12](?:\.b2)? ?- ?(?:20)?\d{{6,8}}(?:-\d{{1,3}})?(?!\d)")
POLICE = re.compile(rf"(?:[{PROVINCE}] ?)?公网安备 ?(?:案 ?)?(?:第 ?)?(\d{{11,14}}) ?号?")
NEWS = re.compile(
    r"(?:互联网新闻信息(?:服务)?(?:许可证|许可)|国新网(?:许可证)?(?:编号)?)[^\d\n]{0,12}(\d{8,13})"
    rf"|([{PROVINCE}] ?新网备 ?\d{{6,10}} ?号?)"
)
"""A licence for news by its number, or the older filing of a site that reposts news."""

NOISE = r"(?:©|\(c\)|copyright|[\d -])*"
WORDS = r"([a-z][a-z.&]{1,20}(?: [a-z.&]{1,20}){0,4}|[^\s|:;,，。、；©()<>]{2,30})"
OWNER = re.compile(
    rf"(?:(?:主办(?:单位|方)?|运营(?:单位|方)|著作权人)[ :\n]{{1,4}}|(?:版权所有|网站所有权?)[ :]*){NOISE}{WORDS}"
)
HOLDER = re.compile(rf"(?:©|\(c\)|copyright){NOISE}{WORDS}")
HELD = "版权所有"
BEFORE = re.compile(rf"{WORDS} ?{HELD}")
NO_NAME = re.compile(
    r"(?:about|all|rights?|reserved|inc|by|power|the|your|icp|www\.|http|未经|不得|翻印|复制|违者|转载|关于|声明|联系|网站|免责|本网|本站|"
    r"举报|营业|备案|信息|中文|地址|电话|单位|法律|隐私|用户|[\W\d_]+$).*|.*icp.*|.*(?:所有|必究|转载|授权|协议|参考)"
)
"""What stands in the place of an owner's name and is none."""

ENDS = re.compile(r" ?(?:版权所有|主办|承办|主管|制作|维护|copyright|all\b|inc\b).*$", re.IGNORECASE)
SITE = re.compile(r"[_|｜\-–—] ?([^_|｜\-–—\s]{2,14}(?:网|网站|在线|新闻|报|报社|周刊|电视台|社区|论坛|门户|客户端))$")

PHONE = re.compile(
    r"(?:电话|热线|举报|联系|客服|tel)[^\d\n@]{0,16}?((?:\+?86[- ]?)?"
    r"(?:\(?0\d{2,3}\)?[- ]?\d{7,8}(?:-\d{1,6})?|400[- ]?\d{3,4}[- ]?\d{3,4}|1[3-9]\d{9}|12\d{3}))(?!\d)"
)
MAIL = re.compile(r"(?<![\w.+-])([a-z\d][a-z\d_.+-]{0,60}@[a-z\d-]{1,60}(?:\.[a-z\d-]{1,60}){1,4})", re.ASCII)

FOOT = 6000
"""Characters at the end of a page in which its operator states itself; the rest is asked where they are silent."""


def operator(text: str, tree: Tree) -> Operator:
    """Return what the page states about its operator; empty fields where it states nothing."""
    foot = level(text[-FOOT:]).replace(GONE, " ")
    flat = foot if "icp" in foot or len(text) <= FOOT else level(text).replace(GONE, " ")
    contact = (_last(PHONE, foot), _last(MAIL, foot, "@"))
    return Operator(
        name=_name(foot, text[-FOOT:], tree),
        icp=_filing(flat),
        police=_last(POLICE, flat, "安备"),
        news_licence=_last(NEWS, flat, "互联网新闻信息", "新网"),
        contact=", ".join(filter(None, contact)),
    )


def _filing(flat: str) -> str:
    """The last filing number of the page, else its certificate, else its licence for telecom services."""
    for form in (FILING, CERTIFICATE, TELECOM) if "icp" in flat else (TELECOM,):
        if found := [match[0] for match in form.finditer(flat)]:
            return re.sub(r"\s", "", found[-1]).upper().replace("备案", "备").rstrip("-")
    return ""


def _name(foot: str, original: str, tree: Tree) -> str:
    """The site's name in its metadata, else who owns it or holds the copyright by its footer, else its title's end."""
    title = " ".join(tag.get_text() for tag in tree.head("title")).strip()
    for tag in tree.head("meta"):
        stated = str(tag.get("content") or "").strip() if tag.get("property") == "og:site_name" else ""
        if stated not in {"", title}:
            return stated
    for form in (OWNER, BEFORE, HOLDER) if HELD in foot else (OWNER, HOLDER):
        for match in form.finditer(foot):
            name = ENDS.sub("", original[match.start(1) : match.end(1)]).strip(" .·-—“”\"'")
            if len(name) >= 2 and not NO_NAME.fullmatch(level(name)):
                return name
    titled = SITE.search(title)
    return titled[1] if titled else ""


def _last(form: re.Pattern[str], flat: str, *signs: str) -> str:
    """The last thing of that form: the footer's, not one the article talks about; it has one of the signs, if any."""
    if signs and not any(sign in flat for sign in signs):
        return ""
    found = [match[match.lastindex or 1] for match in form.finditer(flat)]
    return found[-1].strip() if found else ""
