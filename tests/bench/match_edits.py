"""What people and programs do to a copied text: every kind of edit by name, for measuring what is found of it."""

import random
import re
from collections.abc import Callable

from opencc import OpenCC

from tests.bench.match_texts import HAN

Edit = Callable[[str, random.Random], str]

SOUNDS = (
    "的地得 是事市式 在再载 有又友 和合河 进近尽 为位未 中重终 人任认 以已意 会回汇 发法 工公共 经精京 "
    "济际计 新心信 生声升 作做坐 成程城 全权 民名 主住注 展站占 政正证 部步布 家加价 习席系 平评 "
    "书数术 机级积 建见件 长常场 动东 设社 时实十 现县 行型形 力立利 理里 对队 方放防 化话划 组足 "
    "直值织 制治至 目木 高搞 期其企 体提 联连 支知之 保报 服福"
)
LOOKS = (
    "己已 未末 日曰 土士 人入 大太 天夫 千干 问间 贝见 令今 白自 住往 因困 力刀 王玉 午牛 代伐 "
    "历厉 国囯 候侯 竞竟 的旳 为爲 部郶 会㑹"
)
"""Characters of one sound, and characters that look alike; a group of each."""

SYNONYMS = (
    "举行举办 今天当日 表示指出 强调着重 推进推动 加强强化 开展展开 目前当前 重要关键 发展进展 "
    "问题难题 支持支援 要求提出 建设打造 促进助推 提高提升 会议大会 希望期望 全面全方位 "
    "积极踊跃 坚持秉持 参加出席 增长上涨 下降下跌 超过突破 完成实现 开始启动 地区地方 企业公司 "
    "工作任务 深入纵深 合作协作 介绍说明 认为觉得 记者笔者 据悉获悉 此外另外 因此所以 由于因为 "
    "同时与此同时 以来至今 群众百姓 保障确保 影响波及 出现产生 采取采用 继续持续 已经业已 "
    "正在正 共同一道 继续接着 困难困境 生活日子 服务效劳 政策举措 经济经贸"
)
WORDS = {pair[:2]: pair[2:] for pair in SYNONYMS.split()}
PINYIN = ("zhe", "li", "shì", "yi", "gè", "xiao", "zhèn", "de", "zhōng", "guó")
EMOJI = ("🙂", "🔥", "👍", "✨")
JUNK = ("*", "|", "\u200b", "_", "~", "·", "/")
HEADS = "零一二三四五六七八九"
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?%?")
CLAUSE = re.compile(r"[^，、；：。！？\n]+[，、；：]?|[。！？\n]")
SENTENCE = re.compile(r"[^。！？\n]+[。！？]?|\n")


def replaced(rate: float) -> Edit:
    """Put other characters of the text in the place of some."""
    return lambda text, rng: "".join(rng.choice(text) if rng.random() < rate else char for char in text)


def dropped(rate: float) -> Edit:
    """Leave characters out."""
    return lambda text, rng: "".join(char for char in text if rng.random() >= rate)


def inserted(rate: float) -> Edit:
    """Put characters of the text in."""
    return lambda text, rng: "".join(char + rng.choice(text) if rng.random() < rate else char for char in text)


def between(junk: tuple[str, ...]) -> Edit:
    """Put junk behind every character."""
    return lambda text, rng: "".join(char if char == "\n" else char + rng.choice(junk) for char in text)


def swapped(groups: str, rate: float) -> Edit:
    """Put a character of the same group in the place of some."""
    other = {char: group.replace(char, "") for group in groups.split() for char in group}

    def swap(text: str, rng: random.Random) -> str:
        return "".join(rng.choice(other[c]) if c in other and rng.random() < rate else c for c in text)

    return swap


def reworded(text: str, rng: random.Random) -> str:
    """Put synonyms in the place of words."""
    del rng
    for word, other in WORDS.items():
        text = text.replace(word, other)
    return text


def sentences_shuffled(text: str, rng: random.Random) -> str:
    """Put the sentences in another order."""
    return shuffled(SENTENCE.findall(text.replace("\n", "")), rng)


def paragraphs_shuffled(text: str, rng: random.Random) -> str:
    """Put the paragraphs in another order; of a text of one, its thirds."""
    found = [part + "\n" for part in text.split("\n") if part]
    third = len(text) // 3 + 1
    return shuffled(found if len(found) > 2 else [text[at : at + third] for at in range(0, len(text), third)], rng)


def shuffled(parts: list[str], rng: random.Random) -> str:
    """Return parts in another order."""
    return "".join(rng.sample(parts, len(parts)))


def clauses_reordered(text: str, rng: random.Random) -> str:
    """Put the clauses of each sentence in another order."""
    pieces = []
    for sentence in SENTENCE.findall(text):
        body = sentence.rstrip("。！？")
        pieces.append("，".join(rng.sample(parts := body.split("，"), len(parts))) + sentence[len(body) :])
    return "".join(pieces)


def numbers_respelled(text: str, rng: random.Random) -> str:
    """Spell 2020年 as 二〇二〇年, 30% as 三成 or 百分之三十, 12000 as 1.2万 or 一万二千."""
    return NUMBER.sub(lambda found: respelled(found[0], rng), text)


def respelled(number: str, rng: random.Random) -> str:
    """Spell one number in another way."""
    number = number.replace(",", "")
    if number.endswith("%"):
        whole = number[:-1]
        return f"{HEADS[int(whole) // 10]}成" if whole in {"10", "20", "30", "40", "50"} else "百分之" + spoken(whole)
    if "." in number:
        return spoken(number)
    if len(number) == 4 and number[:2] in {"19", "20"}:
        return "".join("〇一二三四五六七八九"[int(digit)] for digit in number)
    if len(number) > 4 and number.endswith("00"):
        return f"{int(number) / 10000:g}万" if rng.random() < 0.5 else spoken(number)
    return spoken(number)


def spoken(number: str) -> str:
    """Return a number in Chinese words."""
    whole, _, rest = number.partition(".")
    if rest:
        return spoken(whole) + "点" + "".join(HEADS[int(digit)] for digit in rest)
    value = int(whole)
    if value >= 100_000_000:
        return spoken(str(value // 100_000_000)) + "亿" + (spoken(str(value % 100_000_000)) if value % 10**8 else "")
    if value >= 10_000:
        return spoken(str(value // 10_000)) + "万" + (spoken(str(value % 10_000)) if value % 10_000 else "")
    return below_ten_thousand(value)


def below_ten_thousand(value: int) -> str:
    """Return a number below 10,000 in Chinese words."""
    if not value:
        return HEADS[0]
    words = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            words += HEADS[digit] + name
        elif words and value and not words.endswith(HEADS[0]):
            words += HEADS[0]
    return words


def several(*edits: Edit) -> Edit:
    """Do one edit after the other."""

    def all_of_them(text: str, rng: random.Random) -> str:
        for edit in edits:
            text = edit(text, rng)
        return text

    return all_of_them


def converted(way: str) -> Edit:
    """Convert the script."""
    return lambda text, _: OpenCC(way).convert(text)


def as_it_is(text: str, rng: random.Random) -> str:
    """Change nothing."""
    del rng
    return text


WHOLE: dict[str, Edit] = {
    "verbatim": as_it_is,
    "Taiwan's script and words": converted("s2twp"),
    **{f"{edit.__name__} {rate:.0%}": edit(rate) for rate in (0.1, 0.2, 0.3) for edit in (replaced, dropped, inserted)},
    "sentences shuffled": sentences_shuffled,
    "sentences shuffled, 10% replaced": several(sentences_shuffled, replaced(0.1)),
    "paragraphs shuffled": paragraphs_shuffled,
    "clauses reordered": clauses_reordered,
    "a space behind each character": between((" ",)),
    "an emoji behind each character": between(EMOJI),
    "pinyin behind each character": between(PINYIN),
    "junk behind each character": between(JUNK),
    "a Han character behind each fourth": lambda text, rng: "".join(
        char + (rng.choice(HAN) if at % 4 == 3 else "") for at, char in enumerate(text)),
    "homophones, 20% of those known": swapped(SOUNDS, 0.2),
    "homophones, half of those known": swapped(SOUNDS, 0.5),
    "look-alikes, all known": swapped(LOOKS, 1.0),
    "numbers spelled differently": numbers_respelled,
    "synonyms, all known": reworded,
    "synonyms, clauses, numbers": several(reworded, clauses_reordered, numbers_respelled),
}  # fmt: skip
"""Edits of a whole article, by name."""
