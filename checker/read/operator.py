"""Who runs the site, by what its pages state: filing numbers, licence numbers, name, contact.

The filing number (ICP備案號) is the same for all domains of one organisation, so it joins offenders.
"""

import re

from bs4 import BeautifulSoup

from checker.model import Operator

PROVINCE = "京津沪滬渝冀豫云雲辽遼黑湘皖鲁魯新苏蘇浙赣贛鄂桂甘晋晉蒙陕陝吉闽閩贵貴黔粤粵川蜀青藏琼瓊宁寧港澳台"
FILING = re.compile(
    rf"[{PROVINCE}]\s?ICP\s?[备備证證](?:案)?\s?(?:第)?\s?[\dA-Z]{{5,12}}\s?[号號]?(?:\s?-\s?\d{{1,3}})?"
)
POLICE = re.compile(r"公[网網]安[备備]案?\s?(?:第)?\s?(\d{11,14})\s?[号號]?")
NEWS = re.compile(
    r"互[联聯][网網]新[闻聞]信息服[务務][许許]可[证證]\s?(?:编号|編號)?\s?[:：]?\s?(?:第)?\s?([\dA-Za-z]{8,14})"
)
OWNER = re.compile(
    r"(?:主[办辦](?:单位|單位)?|版[权權]所有)\s?[:：]?\s?(?:©|\(c\)|Copyright)?\s?([^\s|，。,;；:：©]{2,30})"
)
CONTACT = re.compile(
    r"(?:[电電][话話]|热线|熱線|举报|舉報|联系|聯繫|Tel|TEL)[^\n\d]{0,12}(\+?\d[\d\- ]{6,18}\d)"
    r"|([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})"
)


def operator(text: str, soup: BeautifulSoup) -> Operator:
    """Return what the page states about its operator; empty fields where it states nothing."""
    contact = CONTACT.search(text)
    return Operator(
        name=_name(text, soup),
        icp=_compact(FILING.search(text)),
        police=_group(POLICE.search(text)),
        news_licence=_group(NEWS.search(text)),
        contact=next((group for group in contact.groups() if group), "").strip() if contact else "",
    )


def _name(text: str, soup: BeautifulSoup) -> str:
    stated = next((str(tag.get("content") or "") for tag in soup.find_all("meta", property="og:site_name")), "")
    return stated.strip() or _group(OWNER.search(text))


def _compact(match: re.Match[str] | None) -> str:
    return re.sub(r"\s", "", match[0]) if match else ""


def _group(match: re.Match[str] | None) -> str:
    return match[1].strip() if match else ""
