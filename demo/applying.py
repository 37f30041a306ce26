"""Applications of shops in the demo: one waits for the office, one for its applicant, one was refused."""

from datetime import timedelta
from io import BytesIO

from PIL import Image, ImageDraw
from stdnum.cn import uscc

from demo.names import phone
from demo.scene import Scene
from merchants import (
    APPLICANT,
    Contact,
    ShopFacts,
    add_licence,
    apply_to_be_named,
    ask_for_renewal,
    list_namings,
    refuse_application,
    return_application,
)
from photos import PhotoStore, clean_photo

# No organisation has these codes: their last sign is reckoned, and the rest is made up.
_CODES = ("91140881MA0AAAA01", "91140881MA0AAAA02", "92140881MA0AAAA03")
_SHOPS = (
    ("如意饭店", "餐饮", "平安饭店", "河东大道1号"),
    ("长乐诊所", "医疗", "平安医院", "富强街22号"),
    ("百顺商行", "百货", "平安商城", "舜都大道7号"),
)
_CONTACTS = ("如意掌柜", "长乐大夫", "百顺掌柜")
_FIRST_PHONE = 90_000_001


def apply_some(scene: Scene, store: PhotoStore) -> None:
    """Let three shops apply, and the owner of one that is named ask for its renewal."""
    session, by = scene.session, scene.staff.officer
    licence = clean_photo(_drawn())
    made = []
    units = list(dict.fromkeys(each.unit_code for each in scene.residents[:30]))
    for number, (name, category, naming_class, address) in enumerate(_SHOPS):
        at = scene.now - timedelta(days=3 - number, hours=2)
        application, _code = apply_to_be_named(
            session,
            shop=ShopFacts(
                name=name,
                category=category,
                naming_class=naming_class,
                address=address,
                unit_code=units[number % len(units)],
                credit_code=_CODES[number] + uscc.calc_check_digit(_CODES[number]),
            ),
            contact=Contact(_CONTACTS[number], phone(_FIRST_PHONE + number)),
            vault=scene.vault,
            actor=APPLICANT,
            now=at,
        )
        made.append(application.id)
    for application_id in made[:2]:
        add_licence(session, store, application_id=application_id, pictures=[licence], now=scene.now)
    at = scene.now - timedelta(hours=1)
    asked = "执照照片看不清有效期，请重新拍一张。"
    return_application(session, application_id=made[1], reason=asked, actor=by, now=at)
    refused = "统一社会信用代码与执照不符。"
    refuse_application(session, application_id=made[2], reason=refused, actor=by, now=at)
    for shop in scene.shops:
        if shop.ends_soon:
            naming = list_namings(session, merchant_id=shop.merchant.id)[0]
            ask_for_renewal(session, merchant=shop.merchant, naming_id=naming.id, words=None, actor=shop.owner, now=at)


def _drawn() -> bytes:
    """Return a picture of a licence on which nothing is written that could be a real one's."""
    picture = Image.new("RGB", (640, 440), "#f6f1e2")
    pencil = ImageDraw.Draw(picture)
    pencil.rectangle((14, 14, 626, 426), outline="#b03a2e", width=6)
    pencil.rectangle((220, 50, 420, 84), fill="#b03a2e")
    for top in range(130, 340, 34):
        pencil.rectangle((70, top, 150, top + 10), fill="#8d8a80")
        pencil.rectangle((180, top, 540, top + 10), fill="#c4bfae")
    pencil.ellipse((450, 300, 560, 410), outline="#c0392b", width=5)
    pencil.text((70, 390), "DEMO 0000", fill="#555555")
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()
