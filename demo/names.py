"""The words of the demo: names that nobody bears by accident, shops, and what residents are rewarded for."""

from dataclasses import dataclass
from random import Random

from reports import RejectionKind

SURNAMES = tuple(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛范彭郎鲁韦马苗方"
)
# Wishes, not names: whoever is called 张平安 or 李如意 in one list with 王吉祥 was plainly made up.
GIVEN_NAMES = (
    *("平安", "如意", "吉祥", "长乐", "安康", "和顺", "太平", "顺利", "丰收", "有余", "常青", "永福", "多福", "添福"),
    *("满福", "福来", "福气", "喜乐", "喜临", "同喜", "双喜", "百顺", "千祥", "万安", "万福", "万和", "广和", "和睦"),
    *("和谐", "和乐", "睦邻", "友邻", "守望", "相助", "热心", "善行", "乐善", "好施", "积善", "向善", "从善", "守信"),
    *("诚信", "守诺", "重义", "有义", "有礼", "知礼", "明礼", "文明", "文雅", "勤劳", "勤俭", "克勤", "思勤", "节约"),
    *("春晖", "春和", "春生", "夏荷", "秋实", "冬阳", "晨光", "朝霞", "晚晴", "清风", "明月", "星河", "彩虹", "甘露"),
    *("松柏", "翠竹", "兰芳", "金桂", "百合", "葵花", "禾苗", "麦穗", "谷雨", "小满", "清泉", "高山", "流水", "长河"),
)

# The same each time, whatever the rest of the demo draws.
RESIDENT_OF_THE_LOG_IN = "安乐乐"


def resident_names(chance: Random, count: int) -> list[str]:
    """Return names of residents, nobody's name twice before every name was given once."""
    names = [surname + given for surname in SURNAMES for given in GIVEN_NAMES]
    chance.shuffle(names)
    return [names[number % len(names)] for number in range(count)]


def phone(number: int) -> str:
    """Return a phone number that cannot be dialled: 100 is no prefix of mobile phones in China."""
    return f"100{number:08d}"


@dataclass(frozen=True, slots=True)
class ShopKind:
    """A kind of shop: what its code begins with, its class and name, its category, and what one pays there, in fen."""

    code: str
    name: str
    category: str
    usual_price: int


SHOP_KINDS = (
    ShopKind("supermarket", "平安超市", "超市", 2_600),
    ShopKind("restaurant", "平安饭店", "餐饮", 3_200),
    ShopKind("hospital", "平安医院", "医疗", 4_500),
    ShopKind("mall", "平安商城", "百货", 5_800),
    ShopKind("pharmacy", "平安药店", "药品", 2_200),
    ShopKind("barber", "平安理发店", "理发", 1_500),
    ShopKind("grain", "平安粮油店", "粮油", 3_800),
    ShopKind("breakfast", "平安早餐店", "餐饮", 800),
    ShopKind("stationery", "平安文具店", "文具", 1_200),
    ShopKind("repair", "平安维修店", "维修", 2_800),
)


@dataclass(frozen=True, slots=True)
class FundKind:
    """A programme: its fund, how often it awards beside the others, and what for with how much, in fen."""

    code: str
    name: str
    purpose: str
    expiry_rule: str
    weight: int
    rewards: tuple[tuple[str, int], ...]


FUND_KINDS = (
    FundKind(
        "peace",
        "平安建设",
        "奖励居民反映隐患、化解矛盾、参与群防群治",
        "end_of_next_year",
        5,
        (
            ("反映消防通道被占用，核实有效", 1_500),
            ("反映路灯不亮，核实有效", 800),
            ("反映井盖破损，核实有效", 1_000),
            ("反映电动车飞线充电，核实有效", 1_200),
            ("协助调解邻里纠纷", 2_000),
            ("参加夜间义务巡逻", 1_600),
            ("提供反诈线索，避免损失", 3_000),
            ("汛期参加河堤值守", 2_400),
        ),
    ),
    FundKind(
        "volunteer",
        "志愿服务",
        "感谢志愿者为社区付出的时间",
        "end_of_next_year",
        4,
        (
            ("参加清洁家园志愿活动", 1_000),
            ("校门口护学岗值守", 1_000),
            ("参加反诈宣传入户", 1_200),
            ("敬老院探访", 1_400),
            ("文明交通劝导", 900),
            ("植树护绿志愿活动", 1_300),
        ),
    ),
    FundKind(
        "care",
        "敬老助残",
        "感谢邻居照看独居老人和残疾居民",
        "months:6",
        2,
        (
            ("为独居老人送餐一周", 1_800),
            ("陪同独居老人就医", 2_200),
            ("帮助残疾邻居采买", 1_200),
            ("雪天为高龄老人扫雪", 900),
        ),
    ),
)

REFUND_REASONS = ("商品缺货，部分退还", "顾客退货", "收银多扫，退还差额", "菜品未上，退还", "服务取消")
MISTAKEN_REASON = "反映路灯不亮，核实有效"
CLAW_BACK_REASON = "核查发现重复奖励，收回"


@dataclass(frozen=True, slots=True)
class ReportWords:
    """What is said in reports: by who saw something, and by officers; `{}` is the category's name."""

    seen: tuple[str, ...]
    places: tuple[str | None, ...]
    done: tuple[str, ...]
    checks: tuple[str | None, ...]
    returns: tuple[str, ...]
    # Each with its kind.
    rejections: tuple[tuple[str, RejectionKind], ...]


REPORT_WORDS = ReportWords(
    seen=(
        "{}，请尽快处理",
        "早上经过时看到：{}",
        "{}，已经好几天了",
        "{}，老人孩子路过不安全",
        "我们这里有{}的情况，请来看看",
    ),
    places=("小区东门口", "村委会对面", "十字路口西北角", "小学围墙外", "菜市场入口", "三号楼前", None),
    done=("已现场处理完毕", "已更换并恢复原状", "已调解，双方签字", "已清理，并安排每日巡查", "已整改，责任人已告知"),
    checks=("现场查看，属实", "电话回访，已解决", "照片核对无误", None),
    returns=("照片里还没有修好", "居民说问题还在", "处理得不完整，请补齐"),
    rejections=(
        ("不在本市辖区", RejectionKind.NOT_OURS),
        ("已由其他渠道受理", RejectionKind.KNOWN_ALREADY),
        ("描述不清，无法核实", RejectionKind.OTHER),
    ),
)
