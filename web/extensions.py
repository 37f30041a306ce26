"""The Flask extensions, made once and bound to the application by the factory."""

from flask_babel import Babel
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

import ledger

db = SQLAlchemy(metadata=ledger.Base.metadata)
babel = Babel()
login_manager = LoginManager()
csrf = CSRFProtect()
