"""What gunicorn serves while measuring: the application, and beside it a bare view that posts by hand."""

import os
import random
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from werkzeug.middleware.dispatcher import DispatcherMiddleware

import ledger
from bench.posting import ACCOUNTS_OF_THE_LIMIT, POST_BY_HAND
from web import create_app


def _bare() -> Flask:
    """Return a Flask application with one view: the hand-written posting function, and nothing around it."""
    bare = Flask("bare")
    engine = create_engine(os.environ["DATABASE_URL"], pool_size=16)
    with Session(engine) as session:
        accounts = list(session.scalars(ACCOUNTS_OF_THE_LIMIT))

    @bare.post("/post")
    def post() -> dict[str, str]:
        source, target = random.sample(accounts, 2)
        entry = ledger.new_id()
        with Session(engine) as session:
            session.execute(
                POST_BY_HAND,
                {
                    "entry": entry,
                    "what": "award",
                    "occurred": datetime.now(UTC),
                    "call_key": str(entry),
                    "source": source,
                    "target": target,
                    "moved": 1,
                },
            )
            session.commit()
        return {"id": str(entry)}

    return bare


app = DispatcherMiddleware(create_app().wsgi_app, {"/bare": _bare()})
