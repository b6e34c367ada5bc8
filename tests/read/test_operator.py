"""Who runs a site: numbers in every spelling, names, contacts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.model import Operator
from checker.read.operator import operator
from checker.read.tree import tree

EMPTY = tree("")


def footer(line: str, markup: str = "") -> Operator:
    return operator(f"昨天上午，水上图书馆开放，读者三千多人。\n{line}", tree(markup))


@pytest.mark.parametrize(
    ("line", "icp"),
    [
        ("京ICP备05022684号", "京ICP备05022684号"),
        ("京ICP备05022684号-3", "京ICP备05022684号-3"),
        ("备案号：京ICP备 05022684 号 - 3", "京ICP备05022684号-3"),
        ("滬ICP備10213822號-2", "沪ICP备10213822号-2"),
        ("沪icp备10213822号", "沪ICP备10213822号"),
        ("渝ICP备2021039469号-12", "渝ICP备2021039469号-12"),
        ("粤ＩＣＰ备１７１０３９３３号", "粤ICP备17103933号"),
        ("ICP备案：藏ICP备案第12345678号", "藏ICP备第12345678号"),
        ("京ICP证030173号", "京ICP证030173号"),
        ("京ICP证030173号 京ICP备05022684号-3", "京ICP备05022684号-3"),
        ("增值电信业务经营许可证 B2-20090191", "B2-20090191"),
        ("什么是ICP备案？", ""),
        ("订单号 20090191-2", ""),
    ],
)
def test_filing_numbers_in_one_spelling(line: str, icp: str) -> None:
    assert footer(line).icp == icp


def test_the_footer_counts_not_the_story() -> None:
    text = "通报称，沪ICP备11111111号网站已被关闭。\n" + "正文。" * 100 + "\n京ICP备22222222号-1"
    assert operator(text, EMPTY).icp == "京ICP备22222222号-1"


@pytest.mark.parametrize(
    ("line", "police"),
    [
        ("京公网安备 11010502053733号", "11010502053733"),
        ("京公網安備11010502053733號", "11010502053733"),
        ("公网安备案 第1101050205373号", "1101050205373"),
        ("公安备案", ""),
    ],
)
def test_police_filings(line: str, police: str) -> None:
    assert footer(line).police == police


@pytest.mark.parametrize(
    ("line", "licence"),
    [
        ("互联网新闻信息服务许可证10120170001", "10120170001"),
        ("互联网新闻信息服务许可证：10120170001", "10120170001"),
        ("国新网许可证编号：1012006037", "1012006037"),
        ("京新网备201001号", "京新网备201001号"),
        ("互聯網新聞信息服務許可證編號：31120170006", "31120170006"),
        ("互联网新闻信息服务许可证 编号 31120170006", "31120170006"),
        ("信息网络传播视听节目许可证0105123", ""),
    ],
)
def test_news_licences(line: str, licence: str) -> None:
    assert footer(line).news_licence == licence


@pytest.mark.parametrize(
    ("line", "markup", "name"),
    [
        ("", '<meta property="og:site_name" content="北江新闻网">', "北江新闻网"),
        ("主办单位：北江日报社", "", "北江日报社"),
        ("主办单位\n北江日报社", "", "北江日报社"),
        ("主辦：北江日報社 承辦：北江傳媒", "", "北江日報社"),
        ("版权所有：北江传媒有限公司", "", "北江传媒有限公司"),
        ("北江传媒有限公司 版权所有", "", "北江传媒有限公司"),
        ("北江传媒有限公司版权所有 未经授权不得转载", "", "北江传媒有限公司"),
        ("Copyright © 2016-2026 北江网 All Rights Reserved", "", "北江网"),
        ("© 2026 Beijiang New Media Inc. All Rights Reserved", "", "Beijiang New Media"),
        ("版权所有 未经授权不得转载", "", ""),
        ("Copyright 2026 All rights reserved", "", ""),
        ("主办方回应称，活动如期举行", "", ""),
        ("", "<title>水上图书馆开放_北江新闻网</title>", "北江新闻网"),
        ("", "<title>水上图书馆开放</title>", ""),
        ("", '<title>水上图书馆开放</title><meta property="og:site_name" content="水上图书馆开放">', ""),
    ],
)
def test_names(line: str, markup: str, name: str) -> None:
    assert footer(line, markup).name == name


@pytest.mark.parametrize(
    ("line", "contact"),
    [
        ("举报电话：010-65363263", "010-65363263"),
        ("聯繫電話：(0755)12345678", "(0755)12345678"),
        ("客服热线 400-930-6677 邮箱 jubao@example.cn", "400-930-6677, jubao@example.cn"),
        ("发送邮件至jubao@example.com.cn举报", "jubao@example.com.cn"),
        ("举报：12377", "12377"),
        ("2026-11-02 08:30", ""),
        ("关注@北江发布", ""),
    ],
)
def test_contacts_as_shown(line: str, contact: str) -> None:
    assert footer(line).contact == contact


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="京ICP备案证号-0123456789公网安备主办版权所有：© \nb2a@.电话copyright\u200b\0网", max_size=300))
def test_any_footer_is_read(text: str) -> None:
    found = operator(text, tree(text))
    assert len(found.name) <= 40
    assert "\0" not in found.icp + found.police + found.news_licence + found.contact
