"""A publisher with its marks and a notice, worded for the tests."""

import pytest

from checker.model import Publisher
from checker.register.record import Registration

NOTICE = (
    "國際在線網站由國廣國際在線網絡(北京)有限公司負責經營。\n"
    "凡註明來源:國際在線的內容,沒有書面授權,任何機構與個人均不得轉載、摘編或以其他形式使用。\n"
    "獲得授權的機構應當在授權範圍之內使用,並且註明“來源:國際在線”,否則本網將依法追究責任。\n"
    "凡註明來源:XXX(非國際在線)的稿件轉載自其他媒體,不代表本網贊同其觀點。\n"
    "作品內容與版權方面的問題,請在30日以內與本網聯繫。"
)

BODY = (
    "白沙渡大橋三日上午通車。這座橋全長一千二百米,把青藤鎮與對岸的柳家灣連在一起,車程由四十分鐘縮短到五分鐘。\n"
    "“以前送孩子上學要趕頭班渡船,現在走路就到了。”住在橋頭的鄭阿婆說。\n"
    "大橋於2023年動工,總投資3.4億元,設有雙向四條車道和兩側的步行道。"
)


@pytest.fixture
def publisher() -> Publisher:
    return Publisher(
        id="cri",
        name="國際在線",
        required="來源:國際在線",
        names=("國際在線",),
        variants=("國際在線網", "中央廣播電視總台國際在線", "CRI Online", "CRI"),
        false_names=("國際在線教育",),
        marks=("專稿", "消息", "報道"),
        hosts=("cri.cn",),
        notice={str(number): clause for number, clause in enumerate(NOTICE.splitlines(), start=1)},
    )


@pytest.fixture
def registration(publisher: Publisher) -> Registration:
    return Registration({"cri": publisher})


@pytest.fixture
def body() -> str:
    return BODY


@pytest.fixture
def notice() -> str:
    return NOTICE
