"""Ten thousand guesses at payment codes, over two workers: none hits, and almost all are not even looked at."""

import json
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import count

import pytest

from payments import CODE_ALPHABET, CODE_LENGTH
from tests.soak.conftest import Say
from tests.soak.serving import HOST, WORKERS, Installation, Server
from tests.soak.towns import build_town
from web.code_guesses import UNKNOWN_CODES_MAX

pytestmark = pytest.mark.soak

GUESSES, GUESSERS = 10_000, 4


def test_guessing_codes_is_answered_by_429_and_never_hits(installation: Installation, say: Say) -> None:
    town, numbers = build_town(installation.url), count(1)
    installation.environ["REQUESTS_A_MINUTE"] = "1000000"

    def guess(times: int) -> Counter[int]:
        answers: Counter[int] = Counter()
        line = HTTPConnection(HOST, installation.port, timeout=60)
        for _ in range(times):
            number = next(numbers)
            code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
            body = json.dumps({"code": code, "amount": 1, "order_no": f"G{number}"})
            headers = {"Authorization": f"Bearer {town.tills[0].key}", "Idempotency-Key": f"guess-{number}"}
            line.request("POST", "/api/v1/redemptions", body, {"Content-Type": "application/json", **headers})
            answer = line.getresponse()
            answer.read()
            answers[answer.status] += 1
        line.close()
        return answers

    with Server(installation), ThreadPoolExecutor(GUESSERS) as threads:
        answers = sum(threads.map(guess, [GUESSES // GUESSERS] * GUESSERS), Counter())
    say(f"{GUESSES} guesses: {dict(answers)}")
    assert set(answers) <= {409, 429}
    assert sum(answers.values()) == GUESSES
    # After the limit only those are looked at that are on their way, or meet a worker that does not know yet. The run
    # is shorter than a window, so it reaches into two at most.
    assert answers[409] <= 2 * (UNKNOWN_CODES_MAX + WORKERS * GUESSERS)
    assert answers[429] >= GUESSES * 0.99
