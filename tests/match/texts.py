"""Invented texts for the tests of matching."""

import random

from checker.model import Article, Document, Thresholds

THRESHOLDS = Thresholds()

ALPHABET = (
    "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈剑号巨阙珠称夜光"
    "果珍李柰菜重芥姜"
)

FERRY = (
    "青云渡口的老船工陈守礼今年七十二岁，他在江上摆渡了整整五十年。每天清晨五点，他准时解开缆绳，把赶早市的乡亲送到对岸。"
    "去年秋天，跨江大桥通车，坐船的人一下子少了大半。陈守礼没有抱怨，他把木船刷上新漆，挂起灯笼，改做了夜游的生意。"
    "镇上的小学请他给孩子们讲水的故事，他便带去一截用旧了的缆绳，告诉孩子们每一个绳结的名字和用处。"
    "“桥通了，路近了，可江还在。”他说，“只要江还在，就总得有人记得船是怎么走的。”"
)
ORCHARD = (
    "石门村的梨园里，三十七户果农合买了一架植保无人机。驾驶员何秀兰曾是村里的代课老师，培训半个月后拿到了操作证。"
    "她说，过去给一百亩梨树打药要六个人干两天，如今一个上午就能完成，药量还省了三成。"
    "合作社把省下的钱用来修水渠，又给每棵老树挂上了编号，城里人可以认养，秋天收到自己那棵树结的梨。"
    "今年第一批认养的四百棵树，不到十天就全部有了主人。"
)
LIBRARY = (
    "雁栖镇图书馆在旧粮仓里开张了。设计师保留了粮仓的木梁和通风口，只在中间架起一道旋转书梯。"
    "馆长罗一鸣把开放时间延长到夜里十一点，为的是让下晚班的工人也能进来坐一坐。"
    "开馆一个月，借出图书八千余册，其中最受欢迎的是一套讲机械维修的旧书。"
)


def article(text: str, name: str = "a", **fields: object) -> Article:
    return Article(id=name, title="题", text=text, **fields)  # type: ignore[arg-type]


def document(text: str) -> Document:
    return Document(url="http://site.example/1.html", text=text, main=(0, len(text)))


def prose(rng: random.Random, length: int, alphabet: str = "") -> str:
    """Random Han characters with a comma now and then; a small alphabet makes common fingerprints."""
    letters = alphabet or "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(3000))
    return "".join(rng.choice(letters) + ("，" if rng.random() < 0.08 else "") for _ in range(length))
